import { describe, expect, it } from 'vitest';
import { preferredWorker, standbyRank } from '../../../src/amqp/preference.js';

describe('preference', () => {
  it.each([
    [32, 4],
    [32, 5],
    [7, 3],
    [8, 8],
    [3, 8],
  ])(
    'gives each of %i partitions one turn for each of %i workers, the first to the one it belongs to',
    (partitions, workers) => {
      for (let partition = 0; partition < partitions; partition++) {
        const ranks = Array.from({ length: workers }, (_, worker) => standbyRank(partition, worker, workers));
        expect([...ranks].sort((a, b) => a - b)).toEqual(Array.from({ length: workers }, (_, rank) => rank));
        expect(ranks[preferredWorker(partition, workers)]).toBe(0);
      }
    },
  );

  it('deals partitions out evenly, and those of a worker that is gone too', () => {
    const next = new Map<number, number>();
    for (let partition = 0; partition < 48; partition++) {
      if (preferredWorker(partition, 4) !== 2) continue;
      const heir = [0, 1, 2, 3].find((worker) => standbyRank(partition, worker, 4) === 1)!;
      next.set(heir, (next.get(heir) ?? 0) + 1);
    }
    expect([...next.entries()].sort()).toEqual([
      [0, 4],
      [1, 4],
      [3, 4],
    ]);
  });

  it('gives everything to one that is alone', () => {
    expect([0, 1, 2].map((partition) => standbyRank(partition, 0, 1))).toEqual([0, 0, 0]);
  });
});
