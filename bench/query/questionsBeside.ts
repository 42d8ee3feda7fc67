import { statSync } from 'node:fs';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, percentile, significant, warmUp } from '../support/measurement.js';
import { pace } from '../throughput/pace.js';
import { seriesIndexAt } from '../throughput/readings.js';
import { Stage } from '../throughput/stage.js';
import { type Asked, startAsker } from './startAsker.js';

const horizon = 24;
const chunk = 60_000; // readings queued at a time
const light = [
  { path: '/api/forecasts?series={series}&issued=now', perSecond: 20 },
  { path: '/api/forecasts?series={series}&from=-7d', perSecond: 5 },
];
const heavy = [{ path: '/api/series?limit=1000', perSecond: 7 }]; // as soon as one is answered, within 600 a minute

/** Milliseconds of questions over HTTP, and of readings on their way meanwhile, to a database that the daemon itself has filled. */
export const questionsBeside = (trial: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(trial.series) }, async (stage) => {
    await stage.start('daemon', { listen: '127.0.0.1:0' });
    for (let left = Number(trial.forecasts); left > 0; left -= chunk) {
      await stage.queue(Math.min(chunk, left));
      await stage.release();
    }
    const url = /"url":"(http:[^"]+)"/.exec(stage.subject.log())![1];
    const [series, rate, seconds] = [Number(trial.series), Number(trial.rate), Number(trial.seconds)];
    const ingest = ingestTimes(stage, series);
    const asker = startAsker();
    const beside = async (seconds: number, questions: typeof light): Promise<[Asked, number[]]> =>
      Promise.all([asker.ask({ url, series, seconds, questions }), ingest(rate, seconds)]);

    await ingest(rate, warmUp.seconds);
    const idle = await ingest(rate, seconds);
    await beside(warmUp.seconds, light); // its threads begin
    const [{ answers }, atLight] = await beside(seconds, light);
    const [, atHeavy] = await beside(seconds, heavy);
    asker.end();
    const [now, week] = answers;
    const fileMB = Math.round(statSync(stage.subject.database!).size / 1e6);
    await stage.answered();
    await stage.verify();
    return {
      ...{ series, rows: Number(trial.forecasts) * horizon, fileMB },
      ...{ nowAsked: now.tookMs.length, weekAsked: week.tookMs.length, weekRows: week.rows },
      ...figures('now', now.tookMs),
      ...figures('week', week.tookMs),
      ...figures('idle', idle),
      ...figures('light', atLight),
      ...figures('heavy', atHeavy),
    };
  });

function figures(name: string, samples: readonly number[]): TrialResult {
  const sorted = Float64Array.from(samples).sort();
  return {
    [`${name}P50`]: significant(percentile(sorted, 0.5)),
    [`${name}P99`]: significant(percentile(sorted, 0.99)),
  };
}

/** Paces readings, and returns milliseconds from each one's PUBLISH to its forecast. */
const ingestTimes =
  (stage: Stage, series: number) =>
  async (rate: number, seconds: number): Promise<number[]> => {
    const sentAt = Array.from({ length: series }, (): number[] => []);
    const samples: number[] = [];
    stage.counter.onPublish = (bytes, _, topicEnd) => {
      samples.push(clockMs() - sentAt[seriesIndexAt(bytes, topicEnd)].shift()!);
    };
    await pace(stage, { rate, seconds, onSend: (index, nowMs) => void sentAt[index].push(nowMs) });
    await stage.answered();
    stage.counter.onPublish = () => {};
    return samples;
  };
