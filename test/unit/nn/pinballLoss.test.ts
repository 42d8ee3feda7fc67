import { describe, expect, it } from 'vitest';
import { pinballLoss } from '../../../src/nn/pinballLoss.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

const lossOf = (y: number[], target: number[], weight: number[], levels: number[]): number => {
  const g = new GraphBuilder('loss');
  const rows = 2;
  const horizon = target.length / rows;
  const loss = pinballLoss(
    g,
    g.input('y', [rows, levels.length * horizon]),
    g.input('target', [rows, horizon]),
    g.input('weight', [rows, horizon]),
    levels,
  );
  return interpretGraph(g, { y, target, weight }).get(loss)!.data[0];
};

describe('pinballLoss', () => {
  it('costs level per unit below the target and 1 − level per unit above it', () => {
    expect(lossOf([0, 0], [1, 1], [1, 1], [0.9])).toBeCloseTo(0.9, 6);
    expect(lossOf([0, 0], [-1, -1], [1, 1], [0.9])).toBeCloseTo(0.1, 6);
  });

  it('at the median is half the mean absolute error', () => {
    expect(lossOf([1, 2, 3, 4], [2, 0, 3, 8], [1, 1, 1, 1], [0.5])).toBeCloseTo((1 + 2 + 0 + 4) / 8, 6);
  });

  it('takes the levels from the outer blocks of y', () => {
    const y = [1, 1, 5, 5, 1, 1, 5, 5]; // two rows: level 0.1 says 1, level 0.9 says 5, horizon 2
    expect(lossOf(y, [3, 3, 3, 3], [1, 1, 1, 1], [0.1, 0.9])).toBeCloseTo((2 * 0.1 + 2 * 0.1) / 2, 6);
  });

  it('leaves out what weighs nothing, whatever stands there', () => {
    expect(lossOf([0, 0], [1, 1e6], [1, 0], [0.5])).toBeCloseTo(0.5, 6);
    expect(lossOf([0, 0], [1, 1], [0, 0], [0.5])).toBe(0);
  });
});
