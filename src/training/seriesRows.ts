import type { ExpertView } from '../forecast/expertView.js';
import { standsOnExperts } from '../forecast/features.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import type { OutsideColumnsOptions } from '../forecast/outsideColumns.js';
import { SeriesFeatures } from '../forecast/seriesFeatures.js';
import { SeriesForecaster } from '../forecast/seriesForecaster.js';
import type { Tick } from '../series/types.js';
import type { Sequence } from './sequence.js';
import { type CovariateCells, seriesTicks } from './seriesTicks.js';

const clip = 10;

export interface SeriesRowsOptions extends OutsideColumnsOptions {
  readonly target: ModelMetadata['target'];
  readonly cadenceMs: number; // 0: every reading is one step
  readonly season: number; // steps, 0: found
  readonly renews?: boolean; // experts after a drift, as they do live; true when left out
}

/** A stretch of one series that nothing interrupts, with the number of the tick behind each row. */
export interface SeriesRows extends Sequence {
  readonly ticks: Float64Array;
}

/**
 * One series as the daemon would hear it, reading after reading through the same alignment and the same causal features: for
 * each tick a row of x, and what came true of it, in the units of `target` and clipped to ±10:
 *
 *     change: (y(t+h) − y(t)) / u_h        value: (y(t+h) − m) / s        residual: (y(t+h) − ŷ(t+h)) / σ_h, of the blend of the experts
 *
 * A gap that clears the daemon's recurrent state begins a new stretch. Readings that are missing are NaN.
 */
export function seriesRows(
  timesMs: Float64Array,
  values: Float64Array,
  options: Omit<SeriesRowsOptions, 'looksAt'>,
  looksAt: readonly CovariateCells[] = [],
): SeriesRows[] {
  return rowsOfTicks(seriesTicks(timesMs, values, options, looksAt), { ...options, looksAt });
}

/** The same of ticks that the daemon has made already. */
export function rowsOfTicks(ticks: readonly Tick[], options: Omit<SeriesRowsOptions, 'cadenceMs'>): SeriesRows[] {
  const { horizon, target, season, renews } = options;
  const byNumber = new Map(ticks.map(({ n, y }) => [n, y]));
  const features = new SeriesFeatures(options);
  const { width } = features;
  const experts = standsOnExperts(options)
    ? new SeriesForecaster({ horizon, levels: [0.5], season, renews })
    : undefined;
  const stretches: Tick[][] = [];
  for (const tick of ticks) {
    if (tick.restart || stretches.length === 0) stretches.push([]);
    stretches.at(-1)!.push(tick);
  }
  return stretches.map((stretch) => {
    const rows = {
      length: stretch.length,
      x: new Float32Array(stretch.length * width),
      target: new Float32Array(stretch.length * horizon).fill(Number.NaN),
      ticks: Float64Array.from(stretch, ({ n }) => n),
    };
    for (const [row, tick] of stretch.entries()) {
      features.observe(tick);
      experts?.learnOne(tick);
      features.write(rows.x, row * width, experts);
      if (Number.isNaN(features.last)) continue;
      for (let h = 1; h <= horizon; h++) {
        const actual = byNumber.get(tick.n + h) ?? Number.NaN;
        const answer = { change, value, residual }[target](features, actual, h, experts);
        rows.target[row * horizon + h - 1] = Math.max(-clip, Math.min(clip, answer));
      }
    }
    return rows;
  });
}

type Answer = (features: SeriesFeatures, actual: number, h: number, experts: ExpertView | undefined) => number;
const change: Answer = (features, actual, h) => (actual - features.last) / features.unit(h);
const value: Answer = ({ level, spread }, actual) => (actual - level) / spread;
const residual: Answer = (_, actual, h, experts) => (actual - experts!.base(h)) / experts!.baseUnit(h);

/** Number of the last tick, and of the first one: what a share of the series is counted by. */
export const tickRange = (stretches: readonly SeriesRows[]): { first: number; end: number } => ({
  first: stretches[0]?.ticks[0] ?? 0,
  end: (stretches.at(-1)?.ticks.at(-1) ?? -1) + 1,
});
