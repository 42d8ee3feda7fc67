import { isPostgres } from '../config/postgresAddress.js';
import type { Bodies } from './bodies.js';

const ofFleet = () => import('../postgres/queries.js');
const queriesOf = (db: string) => (isPostgres(db) ? ofFleet() : import('../storage/queries.js'));
const modelQueriesOf = (db: string) => (isPostgres(db) ? ofFleet() : import('../storage/modelQueries.js'));
const accuracyOf = (db: string) => (isPostgres(db) ? ofFleet() : import('../storage/storedAccuracy.js'));

/** The real bodies: help and usage errors load none of them. */
export const lazyBodies: Bodies = {
  runDaemon: async (config, { signal, stderr, env, reload }) => {
    const { keepHeapFrugal, letHeapGrow } = await import('../daemon/frugalHeap.js');
    if (config.source && config.store.postgres) letHeapGrow();
    else keepHeapFrugal();
    const [{ runDaemon }, { createLogger }, { serviceManager }] = await Promise.all([
      import('../main.js'),
      import('../log.js'),
      import('../daemon/serviceManager.js'),
    ]);
    const log = createLogger(config.log, stderr, env);
    await runDaemon(config, { signal, log, service: serviceManager(env, log), reload });
  },
  runDemo: async (...args) => (await import('../demo/demo.js')).runDemo(...args),
  runBacktest: async (...args) => (await import('./runBacktest.js')).runBacktest(...args),
  runTrain: async (...args) => (await import('./runTrain.js')).runTrain(...args),
  runCompare: async (...args) => (await import('./runCompare.js')).runCompare(...args),
  runTune: async (...args) => (await import('./runTune.js')).runTune(...args),
  runInspect: async (...args) => (await import('./runInspect.js')).runInspect(...args),
  runExportC: async (...args) => (await import('./runExportC.js')).runExportC(...args),
  listSeries: async (db) => (await queriesOf(db)).listSeries(db),
  listModels: async (db) => (await modelQueriesOf(db)).listModels(db),
  listSigners: async (db) => {
    const { parsed, signersAmong, signersOf } = await import('../registry/push/pushJournal.js');
    return isPostgres(db) ? signersAmong(parsed(await (await ofFleet()).listPushes(db))) : signersOf(db);
  },
  listDecisions: async (db, labels) => (await modelQueriesOf(db)).listDecisions(db, labels),
  rollBackModel: async (db, ...rest) =>
    (
      await (isPostgres(db) ? import('../postgres/rollBackModel.js') : import('../storage/rollBackModel.js'))
    ).rollBackModel(db, ...rest),
  runPush: async (...args) => (await import('./runPush.js')).runPush(...args),
  runDevicePush: async (...args) => (await import('./runDevicePush.js')).runDevicePush(...args),
  runBridge: async (...args) => (await import('./runBridge.js')).runBridge(...args),
  makeKey: async (...args) => (await import('./makeKey.js')).makeKey(...args),
  queryForecasts: async (db, query) => (await queriesOf(db)).queryForecasts(db, query),
  liveAccuracy: async (db, ...rest) => (await queriesOf(db)).liveAccuracy(db, ...rest),
  storedAccuracy: async (db, ...rest) => (await accuracyOf(db)).storedAccuracy(db, ...rest),
  plotForecasts: async (...args) => (await import('./plotForecasts.js')).plotForecasts(...args),
  checkSurroundings: async function* (config) {
    yield* (await import('./checks/checkSurroundings.js')).checkSurroundings(config);
  },
};
