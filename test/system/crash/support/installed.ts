import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** The program under test: STEPCAST_BIN, else what `npm run build` made. */
export const executable = process.env.STEPCAST_BIN ?? join(repository, 'dist/stepcast.js');

/** The models that are shipped with it. */
export const shippedModels = join(dirname(executable), '../models');

export const requireBuild = (): void => {
  if (!existsSync(executable)) throw new Error(`${executable} is missing: run "npm run build" first`);
};
