import { fileURLToPath } from 'node:url';

/** The shipped models, seen from a bundle in .cache/bench. */
export const modelsDir = fileURLToPath(new URL('../../models', import.meta.url));
