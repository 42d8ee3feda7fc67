import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../../src/nn/schedules/constant.js';
import { cosine } from '../../../../src/nn/schedules/cosine.js';
import { noPlateau, type PlateauOptions, reduceOnPlateau } from '../../../../src/nn/schedules/reduceOnPlateau.js';
import { stepDecay } from '../../../../src/nn/schedules/stepDecay.js';
import { warmUp } from '../../../../src/nn/schedules/warmUp.js';
import { maxDifference } from '../../../reference/centralDifference.js';

const oracle = JSON.parse(readFileSync(new URL('../../../fixtures/torchOptimisers.json', import.meta.url), 'utf8')) as {
  torch: string;
  schedules: Record<'constant' | 'step' | 'cosine' | 'warmUp', number[]>;
  losses: number[];
  plateaus: { options: PlateauOptions; factors: number[] }[];
};

const schedules = {
  constant,
  step: stepDecay({ every: 7, factor: 0.3 }),
  cosine: cosine({ steps: 39, floor: 0.01 }),
  warmUp: warmUp({ steps: 8, from: 0.1 }, cosine({ steps: 31 })),
};

describe(`schedules, against PyTorch ${oracle.torch}`, () => {
  for (const [name, schedule] of Object.entries(schedules)) {
    it(`${name} gives PyTorch's rates`, () => {
      const expected = oracle.schedules[name as keyof typeof schedules];
      const worst = maxDifference(
        expected.map((_, step) => schedule(step)),
        expected,
      );
      expect(worst).toBeLessThan(1e-11);
    });
  }

  it('a cosine stays at its floor beyond its end', () => {
    expect(cosine({ steps: 10, floor: 0.2 })(25)).toBeCloseTo(0.2, 12);
  });

  for (const { options, factors } of oracle.plateaus) {
    it(`a plateau with ${JSON.stringify(options)} reduces when PyTorch's does`, () => {
      let plateau = noPlateau;
      const seen = oracle.losses.map((loss) => {
        plateau = JSON.parse(JSON.stringify(reduceOnPlateau(plateau, loss, options)));
        return plateau.factor;
      });
      expect(maxDifference(seen, factors)).toBeLessThan(1e-11);
      expect(new Set(factors).size).toBeGreaterThan(2);
    });
  }

  it('a loss that is no number is never the best', () => {
    const after = [NaN, 1, NaN, 0.5].reduce((plateau, loss) => reduceOnPlateau(plateau, loss), noPlateau);
    expect(after).toMatchObject({ factor: 1, best: 0.5, bad: 0 });
  });
});
