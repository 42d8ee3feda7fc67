import type { ModelMetadata } from '../src/forecast/modelContract.js';
import { Random } from '../src/series/random.js';
import { type Sequence, sliceSequence } from '../src/training/sequence.js';
import { syntheticRows } from './syntheticRows.js';

/** What is drawn of the synthetic prior. */
export interface PriorSize {
  readonly seed: number;
  readonly learned: number; // series that are learned from
  readonly judged: number; // others, by which the weights are chosen
  readonly judgedSteps: number; // of each, the newest
}

/** Series of the prior, as a network is told of them. The experts see each of them once, whatever number of models learns from it. */
export interface Prior {
  readonly learned: readonly Sequence[];
  readonly judged: readonly Sequence[];
}

export function drawPrior(
  { seed, learned, judged, judgedSteps }: PriorSize,
  { features, target, horizon }: Pick<ModelMetadata, 'features' | 'target' | 'horizon'>,
): Prior {
  const options = { random: new Random(seed), features, target, horizon, steps: judgedSteps };
  return {
    learned: syntheticRows(learned, options),
    judged: syntheticRows(judged, options).map((rows) => sliceSequence(rows, rows.length - judgedSteps, rows.length)),
  };
}
