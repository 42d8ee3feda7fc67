import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreFixture } from '../../support/storeFixture.js';
import { wear, writtenBytes } from '../../support/wear.js';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

const budgetBytes = 1500; // a reading with its forecast, as the disk sees it: whole pages, log and checkpoints

describe.skipIf(process.platform !== 'linux')('an SD card', () => {
  it.each([200, 1000])('is written at most 1.5 kB a reading, in commits of 100 over %i series', async (series) => {
    const store = await fixture.open();
    const before = writtenBytes();
    let readings = 0;
    // four runs of 4,096, and commits enough after the last for the worker to have made it
    for await (const step of wear(store, { series, group: 100, readings: 18_000, snapshotBytes: 4096 }))
      readings += step.readings;
    await store.close();
    const perReading = (writtenBytes() - before) / readings;
    process.stderr.write(`${series} series: ${Math.round(perReading)} B a reading\n`);
    expect(store.stats().runs).toBeGreaterThanOrEqual(4);
    expect(perReading).toBeLessThan(budgetBytes);
    expect(perReading).toBeGreaterThan(300); // else this file system does not count, and the test says nothing
  });
});
