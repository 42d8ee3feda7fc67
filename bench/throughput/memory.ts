import { setTimeout as delay } from 'node:timers/promises';
import type { Trial, TrialResult } from '../support/bench.js';
import { peakBytes, residentBytes } from '../support/procfs.js';
import { pace } from './pace.js';
import type { PayloadForm } from './readings.js';
import { Stage } from './stage.js';

const settleMs = 3000;
const leastReadings = 200_000;
const leastRounds = 20;
const largestQueue = 100_000; // readings

const evenPace = { rate: 1000, seconds: 20 }; // each of 1,000 series once a second

/**
 * Most memory that was resident since the start of the daemon: after an even pace, and after a backlog worked off as fast as it can. Readings a minute apart by their
 * own time have a season of 1,440 steps, which each series remembers; readings milliseconds apart have none.
 */
export const memory = ({ series, form }: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(series), form: form as PayloadForm }, async (stage) => {
    await stage.start('daemon', { form: form as PayloadForm });
    await pace(stage, evenPace);
    await stage.answered();
    const even = peakBytes(stage.subject.pid);
    for (let left = Math.max(leastReadings, leastRounds * Number(series)); left > 0; left -= largestQueue) {
      await stage.queue(Math.min(left, largestQueue));
      await stage.release();
    }
    const peak = peakBytes(stage.subject.pid);
    await delay(settleMs);
    const settled = residentBytes(stage.subject.pid);
    await stage.verify();
    return { even, peak, settled };
  });
