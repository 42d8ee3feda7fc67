import type { Trial, TrialResult } from '../support/bench.js';
import { writtenBytes } from '../support/procfs.js';
import { Stage } from './stage.js';

const warmUpReadings = 20_000; // past the first index runs and checkpoints
const readings = 100_000;

/**
 * Bytes that the daemon has the kernel write to disk for each reading when a commit holds `group` of them: so many may be
 * unacknowledged, and a group commits as soon as the broker falls silent. Whole pages, log and database, snapshots and indexes.
 */
export const wear = ({ series, group }: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(series) }, async (stage) => {
    await stage.start('daemon', { window: Number(group) });
    await stage.queue(warmUpReadings);
    await stage.release();
    await stage.queue(readings);
    const before = writtenBytes(stage.subject.pid);
    await stage.release();
    const bytes = writtenBytes(stage.subject.pid) - before;
    await stage.verify();
    return { bytesPerReading: Math.round(bytes / readings) };
  });
