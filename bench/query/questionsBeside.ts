import { statSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../src/series/random.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, percentile, significant, warmUp } from '../support/measurement.js';
import { pace } from '../throughput/pace.js';
import { seriesIndexAt } from '../throughput/readings.js';
import { Stage } from '../throughput/stage.js';

const horizon = 24;
const chunk = 60_000; // readings queued at a time
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Milliseconds of questions over HTTP, and of readings on their way meanwhile, to a database that the daemon itself has filled. */
export const questionsBeside = (trial: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(trial.series) }, async (stage) => {
    await stage.start('daemon', { listen: '127.0.0.1:0' });
    for (let left = Number(trial.forecasts); left > 0; left -= chunk) {
      await stage.queue(Math.min(chunk, left));
      await stage.release();
    }
    const url = /"url":"(http:[^"]+)"/.exec(stage.subject.log())![1];
    const ingest = ingestTimes(stage, Number(trial.series));
    const rate = Number(trial.rate);
    const seconds = Number(trial.seconds);
    await ingest(rate, warmUp.seconds);
    const idle = await ingest(rate, seconds);

    const random = new Random(1);
    const anySeries = (): string =>
      `sensors/${String(Math.floor(random.uniform() * Number(trial.series))).padStart(5, '0')}`;
    const now: number[] = [];
    const week: number[] = [];
    let weekRows = 0;
    await ask(`${url}/api/forecasts?series=${anySeries()}&issued=now`); // its thread begins
    await ask(`${url}/api/forecasts?series=${anySeries()}&from=-7d`);
    const light = await beside(ingest(rate, seconds), async () => {
      now.push((await ask(`${url}/api/forecasts?series=${anySeries()}&issued=now`)).tookMs);
      const answer = await ask(`${url}/api/forecasts?series=${anySeries()}&from=-7d`);
      week.push(answer.tookMs);
      weekRows = (JSON.parse(answer.text) as unknown[]).length;
      await delay(250); // two questions: within 600 a minute
    });
    const heavy = await beside(ingest(rate, seconds), async () => {
      await ask(`${url}/api/series?limit=1000`);
      await delay(150);
    });
    const fileMB = Math.round(statSync(stage.subject.database!).size / 1e6);
    await stage.answered();
    await stage.verify();
    return {
      ...{
        series: Number(trial.series),
        rows: Number(trial.forecasts) * horizon,
        fileMB,
        questions: now.length,
        weekRows,
      },
      ...figures('now', now),
      ...figures('week', week),
      ...figures('idle', idle),
      ...figures('light', light),
      ...figures('heavy', heavy),
    };
  });

function figures(name: string, samples: readonly number[]): TrialResult {
  const sorted = Float64Array.from(samples).sort();
  return {
    [`${name}P50`]: significant(percentile(sorted, 0.5)),
    [`${name}P99`]: significant(percentile(sorted, 0.99)),
  };
}

/** Repeats `question` until `work` is done. */
async function beside<T>(work: Promise<T>, question: () => Promise<void>): Promise<T> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  while (!done) await question();
  return ended;
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

function ask(address: string): Promise<{ tookMs: number; text: string }> {
  const began = clockMs();
  return new Promise((resolve, reject) => {
    get(address, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve({ tookMs: clockMs() - began, text });
        else reject(new Error(`${address}: ${response.statusCode} ${text}`));
      });
    }).on('error', reject);
  });
}
