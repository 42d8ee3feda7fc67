import { statSync } from 'node:fs';
import { StoreFixture } from '../../test/support/storeFixture.js';
import { wear, writtenBytes } from '../../test/support/wear.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, percentile, significant } from '../support/measurement.js';

/** What a reading and its forecast cost the store alone: bytes written to the disk, readings a second, milliseconds that a commit waits. */
export async function commits({ series, group, readings, snapshotBytes }: Trial): Promise<TrialResult> {
  const fixture = new StoreFixture();
  try {
    const store = await fixture.open();
    const waits: number[] = [];
    const before = writtenBytes();
    const began = clockMs();
    let last = began;
    const work = {
      series: Number(series),
      group: Number(group),
      readings: Number(readings),
      snapshotBytes: Number(snapshotBytes),
    };
    for await (const _ of wear(store, work)) {
      waits.push(clockMs() - last);
      last = clockMs();
    }
    const seconds = (clockMs() - began) / 1000;
    const { longestStepMs } = store.stats();
    await store.close();
    waits.sort((a, b) => a - b);
    return {
      bytesPerReading: Math.round((writtenBytes() - before) / work.readings),
      fileBytesPerReading: Math.round(statSync(fixture.path).size / work.readings),
      readingsPerSecond: Math.round(work.readings / seconds),
      commitP50: significant(percentile(waits, 0.5)),
      commitP99: significant(percentile(waits, 0.99)),
      longestStepMs: significant(longestStepMs),
    };
  } finally {
    await fixture.clean();
  }
}
