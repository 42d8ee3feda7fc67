import type { Config } from '../../config/config.js';
import { checkBroker } from './checkBroker.js';
import { checkDatabase } from './checkDatabase.js';
import { checkDisk } from './checkDisk.js';
import { checkModels } from './checkModels.js';
import { checkPostgres } from './checkPostgres.js';
import { checkSource } from './checkSource.js';
import type { Finding } from './finding.js';

/** The broker, the models, the database and the disk, one after the other. */
export async function* checkSurroundings(config: Config): AsyncIterable<Finding> {
  yield* await checkBroker(config);
  if (config.source) yield* await checkSource(config, config.source);
  yield* await checkModels(config);
  const { path, postgres } = config.store;
  if (postgres) yield* await checkPostgres(postgres);
  else {
    yield* await checkDatabase(path);
    yield* await checkDisk(path);
  }
}
