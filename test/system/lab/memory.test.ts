import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '../../support/bundle.js';
import { seasonalTable } from '../../support/tables.js';

const runs = 50;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

it('fifty training runs in one process leave its memory where it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepcast-memory-'));
  try {
    const [script, worker] = [await bundle('test/support/manyTrainings.ts'), await bundle('src/lab/trainingWorker.ts')];
    const args = ['--expose-gc', script, worker, seasonalTable(folder, 1200), `${runs}`];
    // One arena for all threads: what glibc keeps for each of several grows for dozens of runs, whatever is freed.
    const env = { ...process.env, MALLOC_ARENA_MAX: '1' };
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    const resident = JSON.parse(stdout) as number[];
    const megabytes = resident.map((bytes) => Math.round(bytes / 2 ** 20));
    process.stdout.write(`resident after each run, MiB: ${megabytes.join(' ')}\n`);
    expect(resident).toHaveLength(runs);
    // A tenth between single runs is what the allocator makes of it: means of twenty tell a leak from that.
    expect(mean(resident.slice(-20)) / mean(resident.slice(5, 25))).toBeLessThan(1.1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 1_800_000);
