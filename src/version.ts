import { createRequire } from 'node:module';

const { version: found } = createRequire(import.meta.url)('../package.json') as { version: string };

export const version = found;

/** When this version was released: no honest clock is before it. */
export const releasedMs = Date.UTC(2026, 10, 1);
