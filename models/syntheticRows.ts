import type { ModelMetadata } from '../src/forecast/modelContract.js';
import type { Random } from '../src/series/random.js';
import type { Sequence } from '../src/training/sequence.js';
import { seriesRows } from '../src/training/seriesRows.js';
import { syntheticSeries } from './synthetic/syntheticSeries.js';

const maxLength = 4500; // three days of minutes

export interface SyntheticRowsOptions extends Pick<ModelMetadata, 'features' | 'target' | 'horizon'> {
  readonly random: Random;
  readonly steps: number; // that a stretch must have
}

/** `count` series of the prior, each as the rows of its longest stretch without a gap that clears a recurrent state. */
export function syntheticRows(count: number, { random, steps, ...about }: SyntheticRowsOptions): Sequence[] {
  const rows: Sequence[] = [];
  while (rows.length < count) {
    const { startMs, stepMs, values } = syntheticSeries(random, maxLength);
    const timesMs = Float64Array.from(values, (_, i) => startMs + i * stepMs);
    const stretches = seriesRows(timesMs, values, { ...about, cadenceMs: stepMs, season: 0, renews: false });
    const longest = stretches.reduce((a, b) => (b.length > a.length ? b : a), { length: 0 } as Sequence);
    if (longest.length >= steps) rows.push(longest);
  }
  return rows;
}
