import type { Config } from '../../config/config.js';
import { checkBroker } from './checkBroker.js';
import { checkDatabase } from './checkDatabase.js';
import { checkDisk } from './checkDisk.js';
import { checkModels } from './checkModels.js';
import type { Finding } from './finding.js';

/** The broker, the models, the database and the disk, one after the other. */
export async function* checkSurroundings(config: Config): AsyncIterable<Finding> {
  yield* await checkBroker(config);
  yield* await checkModels(config);
  yield* await checkDatabase(config.store.path);
  yield* await checkDisk(config.store.path);
}
