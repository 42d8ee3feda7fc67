import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { learningRuntime } from '../../src/lab/learningRuntime.js';
import { fineTune } from '../../src/learning/fineTune.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { significant } from '../support/measurement.js';
import { modelsDir } from '../support/modelsDir.js';
import { tentSeries } from './drifts.js';

/** Processor time of a fine-tune of a GRU of 32 units on 2,000 steps, the long training and the short one. */
export async function tuneCost({ depth }: Trial): Promise<TrialResult> {
  const ticks = Array.from(tentSeries(2000), (y, n) => ({
    ...{ n, y, tMs: n * 3_600_000, stepMs: 3_600_000, missing: 0, restart: n === 0 },
  }));
  const incumbent = new Uint8Array(readFileSync(join(modelsDir, 'gru-base.onnx')));
  const series = [{ seriesId: 'tent', horizon: 24, levels: [0.1, 0.5, 0.9], season: 0, ticks }];
  const before = process.cpuUsage();
  const { steps } = await fineTune(
    {
      ...{ name: 'cost', version: 2, incumbent, from: 'incumbent', depth: depth as 'first' | 'again', series, seed: 1 },
      recipe: { patience: 1e6 }, // to the end
    },
    learningRuntime(async () => {}),
  );
  const { user, system } = process.cpuUsage(before);
  return {
    steps,
    cpuSeconds: significant((user + system) / 1e6),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
