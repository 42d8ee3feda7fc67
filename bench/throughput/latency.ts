import { setTimeout as delay } from 'node:timers/promises';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, percentile, significant, warmUp } from '../support/measurement.js';
import { seriesIndexAt } from './readings.js';
import { Stage, watchCpu } from './stage.js';
import type { SubjectKind } from './subject.js';

/**
 * Milliseconds from a reading's PUBLISH to the forecast made of it, both at sockets of one process. The pace is an open loop:
 * a slow answer holds up no later reading.
 */
export const latency = ({ subject, series, rate, seconds }: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(series) }, async (stage) => {
    await stage.start(subject as SubjectKind);
    const sentAt = Array.from({ length: Number(series) }, (): number[] => []);
    let samples: number[] = [];
    stage.counter.onPublish = (bytes, _, topicEnd) => {
      samples.push(clockMs() - sentAt[seriesIndexAt(bytes, topicEnd)].shift()!);
    };
    await pace(stage, Number(rate), warmUp.seconds, sentAt);
    await stage.answered();
    samples = [];
    const busy = watchCpu(stage);
    const began = clockMs();
    await pace(stage, Number(rate), Number(seconds), sentAt);
    const tookMs = clockMs() - began;
    const { subject: own } = busy();
    await stage.answered();
    stage.counter.onPublish = () => {};
    await stage.verify();
    const sorted = Float64Array.from(samples).sort();
    return {
      samples: sorted.length,
      p50: significant(percentile(sorted, 0.5)),
      p95: significant(percentile(sorted, 0.95)),
      p99: significant(percentile(sorted, 0.99)),
      max: significant(sorted[sorted.length - 1]),
      cpuShare: significant(own.totalMs / tookMs),
    };
  });

async function pace(
  { readings, publisher }: Stage,
  rate: number,
  seconds: number,
  sentAt: readonly number[][],
): Promise<void> {
  const count = rate * seconds;
  const began = clockMs();
  for (let sent = 0; sent < count; await delay(1)) {
    const frames: Buffer[] = [];
    const due = Math.min(count, Math.ceil(((clockMs() - began) / 1000) * rate));
    const now = clockMs();
    for (; sent < due; sent++) {
      sentAt[readings.seriesIndex].push(now);
      frames.push(readings.next());
    }
    if (frames.length > 0) publisher.write(Buffer.concat(frames));
  }
}
