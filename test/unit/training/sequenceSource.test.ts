import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import type { Sequence } from '../../../src/training/sequence.js';
import { type Batching, SequenceSource } from '../../../src/training/sequenceSource.js';

const lengths = [3, 9, 4, 3, 8, 9, 3, 5];
const sequences: Sequence[] = lengths.map((length, i) => ({
  length,
  x: Float32Array.from({ length }, (_, t) => 100 * (i + 1) + t),
  target: Float32Array.from({ length }, (_, t) => t),
}));

const source = (batching: Batching, steps: number | 'full' = 'full', random?: Random) =>
  new SequenceSource({ sequences, batch: 3, batching, steps, horizonWeights: [1], random });

/** What one epoch shows of each sequence, in the order of its steps. */
function epoch(batches: SequenceSource, count: number): Map<number, number[]> {
  const shown = new Map<number, number[]>();
  for (let n = 0; n < count; n++) {
    const { x, alive, weight, steps, batch } = batches.next();
    for (let row = 0; row < steps * batch; row++) {
      const isReal = alive ? alive[row] === 1 : true;
      expect(weight[row]).toBe(isReal ? 1 : 0);
      if (!isReal) expect(x[row]).toBe(0);
      const sequence = Math.floor(x[row] / 100);
      if (isReal) shown.set(sequence, [...(shown.get(sequence) ?? []), x[row] % 100]);
    }
  }
  return shown;
}

describe('SequenceSource', () => {
  it.each<[Batching, number]>([
    ['pad', 3],
    ['bucket', 3],
    ['variable', 5],
  ])('shows every step of every sequence once an epoch: %s', (batching, groups) => {
    const batches = source(batching, 'full', new Random(3));
    for (let round = 0; round < 3; round++) {
      const shown = epoch(batches, groups);
      for (const [i, length] of lengths.entries()) {
        expect(shown.get(i + 1)).toEqual(Array.from({ length }, (_, t) => t));
      }
    }
  });

  it('pads least by bucket and not at all by variable, and says how much', () => {
    expect(source('pad').paddedShare).toBeCloseTo(1 - 44 / (3 * 9 + 3 * 9 + 2 * 5));
    expect(source('bucket').paddedShare).toBeCloseTo(1 - 44 / (3 * 3 + 3 * 8 + 2 * 9));
    expect(source('variable').paddedShare).toBe(0);
  });

  it('ends every sequence with its batch', () => {
    const { x, steps, batch } = source('pad').next();
    const last = Array.from(x.subarray((steps - 1) * batch));
    expect(last).toEqual([102, 208, 303]);
  });

  it('cuts long sequences into segments, the state being carried on', () => {
    const batches = source('pad', 4);
    const segments = Array.from({ length: 6 }, () => batches.next());
    expect(segments.map(({ restarted }) => restarted)).toEqual(['all', [], [], 'all', [], []]);
    expect(epoch(source('bucket', 4), 1 + 2 + 3).size).toBe(8);
  });

  it('goes on from a saved place as if nothing had been', () => {
    const [first, second] = [source('bucket', 4, new Random(8)), source('bucket', 4, new Random(9))];
    for (let n = 0; n < 11; n++) first.next();
    second.load(JSON.parse(JSON.stringify(first.save())));
    for (let n = 0; n < 30; n++) expect(second.next()).toEqual(first.next());
  });
});
