import { medianIndex } from '../forecast/forecastWriter.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import { SeriesFeatures } from '../forecast/seriesFeatures.js';
import { HorizonScore } from '../metrics/horizonScore.js';
import type { Tick } from '../series/types.js';
import type { DeviceNetwork } from './deviceNetwork.js';
import { FloatNetwork } from './floatStep.js';
import { quantiseColumn } from './integerMath.js';
import { IntegerNetwork, type Saturation } from './integerNetwork.js';
import type { Blob } from './readBlob.js';

export interface ReplayModel {
  readonly network: DeviceNetwork;
  readonly blob?: Blob; // of the integer form; left out: only the float one is replayed
  readonly metadata: Pick<ModelMetadata, 'features' | 'target' | 'levels' | 'horizon'>;
  readonly season: number; // steps
}

/** Columns of x of a series, row after row, and the rows before which the state is cleared. */
export interface ReplayRows {
  readonly x: Float32Array;
  readonly restarts: ReadonlySet<number>;
}

export interface ReplayScore {
  readonly steps: number;
  readonly mase: { readonly float: number; readonly int8?: number }; // mean absolute error over all horizon steps, in that of persistence one step ahead
  readonly error?: { readonly mean: number; readonly worst: number }; // of y, int8 against float
  readonly saturation?: Saturation;
}

/** The ticks of a series as the columns that a model is told. */
export function replayRows(ticks: readonly Tick[], { metadata, season, network }: ReplayModel): ReplayRows {
  const features = new SeriesFeatures({ ...metadata, season });
  const x = new Float32Array(ticks.length * network.columns);
  const restarts = new Set<number>();
  for (const [row, tick] of ticks.entries()) {
    if (tick.restart) restarts.add(row);
    features.observe(tick);
    features.write(x, row * network.columns);
  }
  return { x, restarts };
}

/** Both forms of a model over the same series: what integers cost. */
export function replay(ticks: readonly Tick[], model: ReplayModel): ReplayScore {
  const { network, blob, metadata, season } = model;
  const { horizon, levels, target } = metadata;
  const float = new FloatNetwork(network);
  const integer = blob && new IntegerNetwork(blob);
  const features = new SeriesFeatures({ ...metadata, season });
  const x = new Float32Array(network.columns);
  const scores = { float: new HorizonScore(horizon), int8: new HorizonScore(horizon) };
  const actual = new Map(ticks.map(({ n, y }) => [n, y]));
  const middle = medianIndex(levels);
  const naive = { sum: 0, count: 0 };
  const error = { sum: 0, count: 0, worst: 0 };
  for (const tick of ticks) {
    if (tick.restart) for (const runner of [float, integer]) runner?.reset();
    features.observe(tick);
    features.write(x, 0);
    const y = float.step(x);
    const fixed = integer?.step(Int16Array.from(x, quantiseColumn));
    if (fixed && blob)
      for (let i = 0; i < y.length; i++) {
        const off = Math.abs(y[i] - fixed[i] / 2 ** blob.yBits);
        error.sum += off;
        error.count++;
        error.worst = Math.max(error.worst, off);
      }
    if (Number.isNaN(tick.y)) continue;
    const next = actual.get(tick.n + 1) ?? Number.NaN;
    if (!Number.isNaN(next)) {
      naive.sum += Math.abs(next - tick.y);
      naive.count++;
    }
    for (let h = 1; h <= horizon; h++) {
      const came = actual.get(tick.n + h) ?? Number.NaN;
      if (Number.isNaN(came)) continue;
      const [base, unit] = target === 'value' ? [features.level, features.spread] : [features.last, features.unit(h)];
      const at = (h - 1) * levels.length + middle;
      scores.float.addPoint(h, base + unit * y[at], came);
      if (fixed && blob) scores.int8.addPoint(h, base + unit * (fixed[at] / 2 ** blob.yBits), came);
    }
  }
  const scale = naive.sum / naive.count;
  const mase = (score: HorizonScore): number => score.overall().mae / scale;
  return {
    steps: ticks.length,
    mase: { float: mase(scores.float), ...(integer && { int8: mase(scores.int8) }) },
    ...(integer && {
      error: { mean: error.sum / error.count, worst: error.worst },
      saturation: integer.saturation,
    }),
  };
}
