import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepcastError } from '../../../src/errors.js';
import { commitBatch } from '../../support/commitBatch.js';
import { SmallDisk } from '../../support/smallDisk.js';
import { emptyBatch, minute, rounds, StoreFixture, seriesRow, startMs, until } from '../../support/storeFixture.js';

let fixture: StoreFixture;
let disk: SmallDisk;

describe.skipIf(!SmallDisk.available)('a full disk', () => {
  beforeEach(() => {
    fixture = new StoreFixture();
    disk = new SmallDisk('32m');
  });
  afterEach(async () => {
    await fixture.clean();
    disk.remove();
  });

  it('keeps the commit waiting and says so once, and is left behind within seconds of new room, with nothing lost', async () => {
    const path = join(disk.folder, 'full.db');
    const problems: (StepcastError | undefined)[] = [];
    const store = await fixture.open({ path, onProblem: (problem) => problems.push(problem) });
    await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)] });
    let committed = 0;
    let waiting: Promise<void>[] = [];
    for (let n = 0; problems.length === 0; n += 500) {
      waiting.push(
        commitBatch(store, { ...emptyBatch, ...rounds(1, n, n + 500) }).then(() => {
          committed += 500;
        }),
      );
      await Promise.race([waiting[waiting.length - 1], until(() => problems.length > 0)]);
    }
    const inTime = committed;
    const next = (committed / 500 + 1) * 500;
    waiting.push(commitBatch(store, { ...emptyBatch, ...rounds(1, next, next + 500) }));
    expect(problems.map((problem) => problem?.code)).toEqual(['STORE_FULL']);
    expect(problems[0]?.line).toContain('make room');
    const tries = new Promise((resolve) => setTimeout(resolve, 2500));
    await tries;
    expect([problems.length, committed, store.stats().pendingCommits]).toEqual([1, inTime, 2]);

    disk.resize('64m');
    const began = performance.now();
    await Promise.all(waiting);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(problems.map((problem) => problem?.code)).toEqual(['STORE_FULL', undefined]);
    await store.close();
    const again = await fixture.open({ path });
    const ids: number[] = [];
    for await (const rows of again.replay(await again.load())) ids.push(...rows.map(({ id }) => id));
    expect(ids).toEqual(Array.from({ length: next + 500 }, (_, i) => i + 1));
    waiting = [];
  });

  it('gives up its ballast when old rows can make room, and goes on by itself', async () => {
    const path = join(disk.folder, 'full.db');
    const problems: (StepcastError | undefined)[] = [];
    let nowMs = startMs;
    const store = await fixture.open({
      path,
      nowMs: () => nowMs,
      retention: { readingsMs: 60 * minute, forecastsMs: 60 * minute },
      onProblem: (problem) => problems.push(problem),
    });
    await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)] });
    await commitBatch(store, { ...emptyBatch, ...rounds(1, 0, 30_000) });
    await until(() => store.stats().runs === 7);
    await until(() => existsSync(`${path}-ballast`));
    await commitBatch(store, {
      ...emptyBatch,
      snapshots: [{ series: 1, readingId: 30_000, model: 'abc', state: new Uint8Array(10) }],
    });
    const filler = join(disk.folder, 'filler');
    try {
      writeFileSync(filler, Buffer.alloc(32 << 20));
    } catch {
      // as full as can be
    }
    nowMs = startMs + 30_000 * minute;
    for (let n = 30_000; n < 200_000 && problems.length < 2; n += 1000) {
      await commitBatch(store, { ...emptyBatch, ...rounds(1, n, n + 1000) });
    }
    expect(problems.map((problem) => problem?.code)).toEqual(['STORE_FULL', undefined]);
    expect(existsSync(`${path}-ballast`)).toBe(false);
    rmSync(filler);
  });

  it('does not hold up the end of the daemon: what cannot be written is refused', async () => {
    const path = join(disk.folder, 'full.db');
    const problems: unknown[] = [];
    const store = await fixture.open({ path, onProblem: (problem) => problems.push(problem) });
    await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)] });
    let last: Promise<void> = Promise.resolve();
    for (let n = 0; problems.length === 0; n += 500) {
      last = commitBatch(store, { ...emptyBatch, ...rounds(1, n, n + 500) });
      last.catch(() => {});
      await Promise.race([last, until(() => problems.length > 0)]);
    }
    await store.close();
    await expect(last).rejects.toMatchObject({ code: 'STORE_FULL' });
  });
});
