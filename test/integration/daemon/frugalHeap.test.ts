import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../support/bundle.js';

const MB = 1024 * 1024;
let program: string;
beforeAll(async () => {
  program = await bundle('test/support/heapGrowth.ts');
});

const youngBytes = async (...args: string[]): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  return Number(stdout);
};

describe('a heap that is kept frugal', () => {
  it('holds the young generation at 8 MB where V8 lets it grow to 32', async () => {
    expect(await youngBytes()).toBe(32 * MB);
    expect(await youngBytes()).toBeGreaterThan(16 * MB);
    expect(await youngBytes('frugal')).toBeLessThanOrEqual(8 * MB);
  });

  it('grows as V8 thinks best in a worker of a fleet, though the entry point held it', async () => {
    const [held, grown] = await Promise.all([youngBytes('held'), youngBytes('let')]);
    expect(held).toBeLessThanOrEqual(8 * MB);
    expect(grown).toBeGreaterThan(16 * MB);
  });
});
