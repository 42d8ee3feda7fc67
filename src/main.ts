import { interval, lastValueFrom } from 'rxjs';
import type { Config } from './config/config.js';
import { devicesOfNode } from './daemon/devicesOfNode.js';
import { followFleet } from './daemon/followFleet.js';
import { homeAssistantOfNode } from './daemon/homeAssistantOfNode.js';
import { httpOfNode } from './daemon/httpOfNode.js';
import { learnerOfNode } from './daemon/learnerOfNode.js';
import { metricsOfNode } from './daemon/metricsOfNode.js';
import { ModelsOfNode, takeModels } from './daemon/modelsOfNode.js';
import { NodeClock } from './daemon/nodeClock.js';
import { observers } from './daemon/observers.js';
import { offerTuned } from './daemon/offerTuned.js';
import { Progress } from './daemon/progress.js';
import { pushesOfNode } from './daemon/pushesOfNode.js';
import { questionsOfNode } from './daemon/questionsOfNode.js';
import { type LiveSettings, reloadableKeys } from './daemon/reloadableKeys.js';
import { type ConfigSource, reloadConfig } from './daemon/reloadConfig.js';
import { reportHealth } from './daemon/reportHealth.js';
import { serveFleetRollbacks } from './daemon/serveFleetRollbacks.js';
import { serveModelRequests } from './daemon/serveModelRequests.js';
import { serveQueries } from './daemon/serveQueries.js';
import { nobody, type ServiceManager } from './daemon/serviceManager.js';
import { memberOf, sourceOfNode } from './daemon/sourceOfNode.js';
import { storeOfNode } from './daemon/storeOfNode.js';
import { turnsOfFleet } from './daemon/turnsOfFleet.js';
import { startWatchdog } from './daemon/watchdog.js';
import { withdrawRevoked } from './daemon/withdrawRevoked.js';
import { StepcastError } from './errors.js';
import { nameOf } from './forecast/modelContract.js';
import { unmetFeatures } from './forecast/outsideColumns.js';
import type { ModelShelf } from './inference/modelShelf.js';
import { type Logger, sampled } from './log.js';
import { modelsDir } from './modelsDir.js';
import { createBrokerConnection } from './mqtt/brokerConnection.js';
import { counters } from './pipeline/counters.js';
import { ModelSwaps } from './pipeline/modelSwaps.js';
import { pipeline } from './pipeline/pipeline.js';
import type { StoredState } from './pipeline/ports.js';
import { SeriesBook } from './pipeline/seriesBook.js';
import { createForecastPublisher } from './publish/forecastPublisher.js';
import { createAdmission } from './registry/admission/createAdmission.js';
import { untilAborted } from './untilAborted.js';
import { releasedMs, version } from './version.js';

const pulseMs = 1000;
const rejectsLogged = 5; // a reason and minute
const drainMs = 20_000; // a stop waits so long for a disk that does not commit

export interface DaemonOptions {
  readonly signal: AbortSignal; // aborted: drain, commit, acknowledge, save, and end
  readonly log: Logger;
  readonly onReady?: () => void; // subscribed: readings are taken from now on
  readonly service?: ServiceManager;
  readonly reload?: ConfigSource;
}

/**
 * The daemon, wired: models, store, restored series, broker, pipeline. Resolves after a clean stop.
 *
 * @throws {StepcastError} when it cannot begin: a bad model, a store that cannot be opened, a broker that refuses it.
 */
export async function runDaemon(config: Config, options: DaemonOptions): Promise<void> {
  const { signal, log, onReady = () => {}, service = nobody } = options;
  const ofDevices = config.devices.length > 0 ? ['auto'] : []; // of those that no stream takes
  const configured = [...new Set([...config.streams.map(({ settings }) => settings.model), ...ofDevices])];
  const dir = modelsDir(config.models);
  const shelf = await takeModels(dir, configured, log, config.models);
  for (const { filter, settings } of config.streams) {
    const unmet = unmetFeatures(shelf.stepper(nameOf(settings.model)).model.metadata, settings);
    if (unmet.length > 0)
      log.warn({ stream: filter, model: settings.model, unmet }, 'the model asks for what its stream does not give');
  }

  const clock = new NodeClock({
    notBeforeMs: releasedMs,
    onStep: (stepMs) =>
      log.warn({ stepMs }, 'the wall clock was set by more than a day; not followed until the next start'),
  });
  const { health, document, ...watch } = reportHealth(log);
  const progress = new Progress(() => clock.elapsedMs());
  let refusal: unknown;
  const { store, undo } = await storeOfNode(config, {
    nowMs: () => clock.nowMs(),
    onProblem: (problem) => {
      watch.storeProblem(problem);
      progress.excuseStore(problem !== undefined);
    },
  });
  try {
    const stored = await store.load();
    await loadStoredModels(stored, shelf, log);
    const nowMs = (): number => clock.nowMs();
    const models = new ModelsOfNode({
      ...{ shelf, ledger: store.ledger, nowMs, log },
      shipped: dir !== config.models.dir,
      folder: `${config.store.path}-models`,
    });
    withdrawRevoked(config, models, store.models?.pushes);
    await models.loadInUse(stored, configured);
    const book = new SeriesBook(store, models.choose, models);
    book.covariates.declare(config.streams.flatMap(({ settings }) => settings.covariates ?? []));
    await restore(book, stored, log);
    if (signal.aborted) return;
    const swaps = new ModelSwaps({
      ...{ book, store, registry: models.registry, load: models.load, release: models.release },
      probationTicks: config.learn.probationTicks,
      onProblem: (error, series, model) =>
        log.error(
          { series, model, problem: error instanceof Error ? error.message : String(error) },
          'a model could not take over',
        ),
    });

    const connection = createBrokerConnection({
      settings: { ...config.broker, node: config.node, prefix: config.publish.prefix, member: memberOf(config) },
      random: Math.random,
      onPublishRefused: (topic, problem) => watch.publishRefused(kindOfTopic(topic, config), problem),
    });
    const warn = sampled(log, rejectsLogged);
    const live: LiveSettings = { streams: config.streams, learn: config.learn };
    const home = homeAssistantOfNode(config, { connection, book, registry: models.registry, clock, log });
    const questions = questionsOfNode(config);
    const isShared = config.store.postgres !== undefined;
    const queries = isShared
      ? undefined
      : serveQueries({ ...{ connection, questions, nowMs, log, prefix: config.publish.prefix, node: config.node } });
    const source = await sourceOfNode(config, {
      ...{ connection, nowMs, log },
      onReject: ({ topic, reason, detail }) => warn(reason, { topic, detail }, 'a payload could not be used'),
      onNamed: (named) => home.named(live.streams, named),
    });
    const devices = devicesOfNode(config, {
      ...{ clock, log, streams: () => live.streams },
      onNamed: (named) => home.named(live.streams, named),
    });
    const publisher = createForecastPublisher({
      publisher: connection,
      settings: { ...config.publish, node: config.node, member: memberOf(config) },
      log: (message, details, level) => log[level](details, message),
    });
    const counts = counters();
    const healthy = (): boolean => health().status === 'ok';
    const metrics = metricsOfNode(config, {
      ...{ connection, source, publisher, counts, book, store, registry: models.registry, clock, healthy },
      devices: devices.readings,
    });
    const http = httpOfNode(config, {
      ...{ clock, log, health, document, metrics: metrics.text, series: () => book.size },
    });
    const sink = metrics.heard(http.heard(devices.heard(publisher)));
    const stopWatching = watch.start({ source, publisher, counts, book, store, clock, progress });
    const goOn = ({ code, line }: StepcastError): void => log.error({ code }, `${line}; devices go on without it`);
    const refused = new Promise<never>((_, reject) =>
      source.watch(watch, config.devices.length > 0 ? goOn : reject, onReady),
    );

    const turns =
      store.models && turnsOfFleet({ fleet: store.models, ledger: store.ledger, registry: models.registry });
    const learner = learnerOfNode(config, () => live.learn, {
      ...{ registry: models.registry, proposals: swaps, clock, log, turns },
      onDecision: (decision) => sink.decisions([decision]),
    });
    const pushes = pushesOfNode(config, {
      ...{ connection, models, clock, log, book, swaps, admit: createAdmission(), fleet: store.models },
    });
    followFleet({ fleet: store.models, models, pushes, swaps, log });
    const flow = pipeline({
      ...{ source: devices.beside(source), book, store, swaps, clock, counters: counts, sink: home.heard(sink) },
      onIssue: (forecast, forecaster) => {
        if (live.learn.enabled) learner.hear(forecast, forecaster);
      },
      flushMs: config.store.flushMs,
      pulse$: interval(pulseMs),
      observer: observers(progress, metrics.observer),
    });
    const serveRequests = store.models ? serveFleetRollbacks : serveModelRequests;
    const stopServing = serveRequests({
      ledger: store.ledger,
      registry: models.registry,
      swaps,
      book,
      nowMs,
      log,
      onDecision: (decision) => sink.decisions([decision]),
    });
    const stopOffering = store.models ? offerTuned({ registry: models.registry, swaps, book, log }) : () => {};
    const finished = lastValueFrom(flow, { defaultValue: [] });
    finished.catch(() => {}); // told by the race below, or no more once the store has been closed on a full disk
    log.info(
      {
        version,
        node: config.node,
        broker: config.broker.url,
        db: config.store.postgres?.url ?? config.store.path,
        series: book.size,
      },
      'stepcast starts',
    );
    const keys = reloadableKeys({ live, log, source, publisher, home, book });
    let [stopBeating, stopReloading] = [(): void => {}, (): void => {}];
    try {
      pushes.start();
      connection.start();
      source.start();
      devices.start();
      learner.start();
      home.start(source);
      http.start();
      void service.tell('READY=1');
      stopBeating = startWatchdog(service, progress, () => `${book.size} series, ${health().status}`, log);
      if (options.reload) stopReloading = reloadConfig(config, options.reload, { keys, log, service });
      await Promise.race([untilAborted(signal), refused, finished]);
    } catch (error) {
      if (book.size === 0) refusal = error;
      throw error;
    } finally {
      stopBeating();
      stopReloading();
      void service.tell('STOPPING=1');
      stopServing();
      stopOffering();
      home.stop();
      metrics.stop();
      queries?.stop();
      await http.stop();
      await questions.stop();
      await endsWithin(drainMs, learner.stop()); // it may have something to write down
      await pushes.stop();
      await swaps.stop();
      source.drain();
      devices.drain();
      if (!(await endsWithin(drainMs, finished))) {
        log.error('what the store cannot commit stays unacknowledged: the broker will deliver it again');
      }
      stopWatching();
      await source.close();
      await devices.stop();
      const unsentBytes = await connection.close();
      if (unsentBytes > 0) log.warn({ unsentBytes }, 'the broker took too long: the last forecasts did not reach it');
      publisher.stop();
      log.info({ ...health(), ...counts }, 'stepcast ends');
    }
  } finally {
    await store.close();
    await shelf.release();
    if (refusal) undo();
  }
}

/** Series of earlier runs keep their model as long as its file is there. */
async function loadStoredModels({ series }: StoredState, shelf: ModelShelf, log: Logger): Promise<void> {
  for (const name of new Set(series.map(({ settings }) => nameOf(settings.model)))) {
    try {
      await shelf.load(name);
    } catch (error) {
      if (!(error instanceof StepcastError)) throw error;
      log.warn({ model: name, problem: error.line }, 'stored series go on with the default model');
    }
  }
}

async function restore(book: SeriesBook, stored: StoredState, log: Logger): Promise<void> {
  const began = performance.now();
  let told = began;
  let total = 0;
  await book.restore(stored, (replayed) => {
    total = replayed;
    if (performance.now() - told < 1000) return;
    told = performance.now();
    log.info({ replayed, series: book.size }, 'replaying the log');
  });
  if (book.size === 0) return;
  log.info(
    { series: book.size, replayed: total, seconds: Number(((performance.now() - began) / 1000).toFixed(2)) },
    'state restored',
  );
}

/** `forecast` of stepcast/NODE/forecast/SERIES. */
const kindOfTopic = (topic: string, { publish, node }: Config): string => {
  const own = `${publish.prefix}/${node}/`;
  return topic.startsWith(own) ? topic.slice(own.length).split('/', 1)[0]! : '';
};

const endsWithin = (ms: number, work: Promise<unknown>): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, false);
    const ended = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    work.then(ended, ended);
  });
