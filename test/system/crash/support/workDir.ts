import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A folder of one's own for each test that asks; gone after it, unless STEPCAST_KEEP is set. */
export const workDirs = (): (() => string) => {
  const made: string[] = [];
  afterEach(() => {
    for (const dir of made.splice(0)) {
      if (process.env.STEPCAST_KEEP) console.info(`kept: ${dir}`);
      else rmSync(dir, { recursive: true, force: true });
    }
  });
  return () => {
    const dir = mkdtempSync(join(tmpdir(), 'stepcast-crash-'));
    made.push(dir);
    return dir;
  };
};
