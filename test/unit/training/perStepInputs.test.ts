import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { perStepInputs } from '../../../src/training/perStepInputs.js';

const batch = {
  ...{ steps: 2, batch: 2, restarted: 'all' as const },
  x: Float32Array.of(1, 2, 3, 4),
  target: Float32Array.of(5, 6, 0, 8),
  weight: Float32Array.of(1, 1, 0, 1),
};
const fed = (name: string, size: number) => ({ name, dims: [4, size] });

describe('perStepInputs', () => {
  it('feeds what a batch has, and all alive where nothing is padding', () => {
    const inputs = [fed('x', 1), fed('alive', 1), fed('teacher', 1)];
    const feeds = perStepInputs(inputs, batch, { dropout: 0, teacherForcing: 0 }, new Random(1));
    expect([...feeds.x.data, ...feeds.alive.data, ...feeds.teacher.data]).toEqual([1, 2, 3, 4, 1, 1, 1, 1, 5, 6, 0, 8]);
  });

  it('leaves out the share of units it is told to, and scales the others so that the mean stays', () => {
    const { 'dropout.1': mask } = perStepInputs(
      [fed('dropout.1', 25_000)],
      batch,
      { dropout: 0.2, teacherForcing: 0 },
      new Random(1),
    );
    expect(new Set(mask.data)).toEqual(new Set([0, 1.25]));
    const mean = mask.data.reduce((sum, value) => sum + value, 0) / mask.data.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.007); // four standard errors
  });

  it('never tells a decoder what is not known', () => {
    const { coin } = perStepInputs([fed('coin', 1)], batch, { dropout: 0, teacherForcing: 1 }, new Random(1));
    expect([...coin.data]).toEqual([1, 1, 0, 1]);
  });

  it('names an input it does not know', () => {
    const unknown = () => perStepInputs([fed('static', 1)], batch, { dropout: 0, teacherForcing: 0 }, new Random(1));
    expect(unknown).toThrow('nothing to feed static with');
  });
});
