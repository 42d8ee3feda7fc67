import type { CovariateColumn } from '../backtest/readWithCovariates.js';
import { standsOnExperts } from '../forecast/features.js';
import { RecurrentForecaster } from '../forecast/recurrentForecaster.js';
import { SeriesForecaster } from '../forecast/seriesForecaster.js';
import { stepBuffers } from '../forecast/stepper.js';
import { loadModel } from '../inference/loadModel.js';
import { createOrtStepper } from '../inference/ortStepper.js';
import { HorizonScore } from '../metrics/horizonScore.js';
import type { SeriesSettings } from '../series/types.js';
import { seriesTicks } from '../training/seriesTicks.js';
import { settingsOf } from '../training/tableCovariates.js';

export interface Column {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly covariates?: readonly CovariateColumn[];
}

export interface ScoreOptions {
  readonly cadenceMs: number;
  readonly season: number; // steps, 0: found
  readonly heldOut: number; // share of the end that is scored
  readonly statics?: SeriesSettings['statics'];
}

export interface NetworkScore {
  readonly network: HorizonScore;
  readonly persistence: HorizonScore; // on the same targets
}

/** What a model alone says of one series, stepped as the daemon steps it, without the experts beside it (below it, if it stands on them). */
export async function scoreNetwork(
  path: string,
  { timesMs, values, covariates = [] }: Column,
  options: ScoreOptions,
): Promise<NetworkScore> {
  const { model, bytes } = await loadModel(path);
  const { horizon } = model.metadata;
  const ticks = seriesTicks(timesMs, values, { ...options, horizon }, covariates);
  const actual = new Map(ticks.map(({ n, y }) => [n, y]));
  const [first, end] = [ticks[0].n, ticks[ticks.length - 1].n + 1];
  const split = first + Math.round((end - first) * (1 - options.heldOut));
  const stepper = await createOrtStepper(model, bytes, { maxBatch: 1 });
  const buffers = stepBuffers(model, 1);
  const forecaster = new RecurrentForecaster(model, { ...options, covariates: settingsOf(covariates) });
  const { season } = options;
  const experts = standsOnExperts(model.metadata)
    ? new SeriesForecaster({ horizon, levels: [0.5], season })
    : undefined;
  const score = { network: new HorizonScore(horizon), persistence: new HorizonScore(horizon) };
  const medians = new Float64Array(horizon);
  for (const tick of ticks) {
    experts?.learnOne(tick);
    forecaster.prepare(tick, buffers, 0, experts);
    await stepper.step(1, buffers);
    forecaster.accept(buffers, 0);
    if (tick.n < split || Number.isNaN(tick.y) || tick.n + horizon >= end) continue;
    forecaster.median(buffers, 0, horizon, medians, 0, experts);
    for (let h = 1; h <= horizon; h++) {
      const came = actual.get(tick.n + h) ?? Number.NaN;
      if (Number.isNaN(came)) continue;
      score.network.addPoint(h, medians[h - 1], came);
      score.persistence.addPoint(h, tick.y, came);
    }
  }
  await stepper.release();
  return score;
}
