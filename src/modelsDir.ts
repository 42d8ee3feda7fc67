import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the models: the one given, else ./models when it is there, else the one the package ships. */
export function modelsDir({ dir, dirGiven }: { dir: string; dirGiven: boolean }): string {
  return dirGiven || existsSync(dir) ? dir : fileURLToPath(new URL('../models', import.meta.url));
}
