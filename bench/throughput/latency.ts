import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, percentile, significant, warmUp } from '../support/measurement.js';
import { pace } from './pace.js';
import { seriesIndexAt } from './readings.js';
import { Stage, watchCpu } from './stage.js';
import type { SubjectKind } from './subject.js';

/** Milliseconds from a reading's PUBLISH to the forecast made of it, both at sockets of one process. */
export const latency = ({ subject, series, rate, seconds }: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(series) }, async (stage) => {
    await stage.start(subject as SubjectKind);
    const sentAt = Array.from({ length: Number(series) }, (): number[] => []);
    const onSend = (index: number, nowMs: number): void => void sentAt[index].push(nowMs);
    let samples: number[] = [];
    stage.counter.onPublish = (bytes, _, topicEnd) => {
      samples.push(clockMs() - sentAt[seriesIndexAt(bytes, topicEnd)].shift()!);
    };
    await pace(stage, { rate: Number(rate), seconds: warmUp.seconds, onSend });
    await stage.answered();
    samples = [];
    const busy = watchCpu(stage);
    const began = clockMs();
    await pace(stage, { rate: Number(rate), seconds: Number(seconds), onSend });
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
