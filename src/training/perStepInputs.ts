import type { Random } from '../series/random.js';
import type { Batch } from './batch.js';
import type { FloatArray } from './graphRunner.js';

export interface PerStepOptions {
  readonly dropout: number; // probability of a zero
  readonly teacherForcing: number; // probability that the decoder is told the truth
}

interface Fed {
  readonly name: string;
  readonly dims: readonly number[];
}

/**
 * The inputs of a training graph that a batch fills, by name: x; `alive`; `dropout.K`, zero with probability p and else
 * 1 / (1 − p); `teacher`, the targets, and `coin`, one where the decoder is told the target instead of hearing itself.
 *
 * @throws {RangeError} for an input of another name.
 */
export function perStepInputs(
  inputs: readonly Fed[],
  batch: Batch,
  { dropout, teacherForcing }: PerStepOptions,
  random: Random,
): Record<string, FloatArray> {
  const fill = ({ name, dims }: Fed): Float32Array => {
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (name === 'x') return batch.x;
    if (name === 'alive') return batch.alive ?? new Float32Array(size).fill(1);
    if (name === 'teacher') return batch.target;
    if (name === 'coin') return batch.weight.map((weight) => (weight > 0 && random.chance(teacherForcing) ? 1 : 0));
    if (name.startsWith('dropout.')) return mask(size, dropout, random);
    throw new RangeError(`perStepInputs: nothing to feed ${name} with`);
  };
  return Object.fromEntries(inputs.map((input) => [input.name, { data: fill(input), dims: input.dims }]));
}

function mask(size: number, p: number, random: Random): Float32Array {
  const kept = 1 / (1 - p);
  return Float32Array.from({ length: size }, () => (p > 0 && random.chance(p) ? 0 : kept));
}
