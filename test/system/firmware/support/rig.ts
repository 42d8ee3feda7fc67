import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Archive } from '../../crash/support/archive.js';
import { eventually } from '../../crash/support/eventually.js';

/** Values that no two readings share, as a slow wave. */
export const distinct = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => 20 + 3 * Math.sin(i / 7) + i * 1e-6);

export const valuesFile = (dir: string, values: readonly number[]): string => {
  const file = join(dir, 'values');
  writeFileSync(file, values.join('\n'));
  return file;
};

/** A daemon's configuration with these devices, and nothing else that would run. */
export const deviceConfig = (broker: string, devices: readonly object[]): object => ({
  node: 'pi',
  broker: { url: broker },
  store: { path: 'stepcast.db', flush: '50ms' },
  devices,
  http: { listen: 'off' },
});

/** Exactly these values stand in the database: none is missing, twice there, or another. */
export const expectStored = (dir: string, values: readonly number[]): void => {
  const archive = new Archive(join(dir, 'stepcast.db'));
  try {
    const stored = archive.readings().map(({ value }) => value);
    const wanted = new Set(values);
    expect({
      lost: values.length - new Set(stored.filter((value) => wanted.has(value))).size,
      twice: stored.length - new Set(stored).size,
      wrong: stored.filter((value) => !wanted.has(value)).length,
    }).toEqual({ lost: 0, twice: 0, wrong: 0 });
  } finally {
    archive.close();
  }
};

export const storedCount = (dir: string): number => Archive.count(join(dir, 'stepcast.db'));

/** A serial cable between a pty at `path` and a device that listens on TCP. Pulling it takes the pty away. */
export const plugIn = async (path: string, port: number): Promise<{ pull(): Promise<void> }> => {
  const child: ChildProcess = spawn('socat', [`PTY,link=${path},raw,echo=0`, `TCP:127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const exited = once(child, 'exit');
  await eventually('the pty', () => existsSync(path));
  return {
    pull: async () => {
      child.kill('SIGTERM'); // it takes its link along
      await exited;
      process.off('exit', killAtExit);
    },
  };
};
