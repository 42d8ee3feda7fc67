import { describe, expect, it } from 'vitest';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

const rows = 2;

const pinballOf = (y: number[], target: number[], weight: number[], levels: number[]): number => {
  const g = new GraphBuilder('loss');
  const horizon = target.length / rows;
  const loss = pinball(levels).build(
    g,
    g.input('y', [rows, horizon, levels.length]),
    g.input('target', [rows, horizon]),
    g.input('weight', [rows, horizon]),
  );
  return interpretGraph(g, { y, target, weight }).get(loss)!.data[0];
};

describe('pinball', () => {
  it('costs level per unit below the target and 1 − level per unit above it', () => {
    expect(pinballOf([0, 0], [1, 1], [1, 1], [0.9])).toBeCloseTo(0.9, 6);
    expect(pinballOf([0, 0], [-1, -1], [1, 1], [0.9])).toBeCloseTo(0.1, 6);
  });

  it('at the median is half the mean absolute error', () => {
    expect(pinballOf([1, 2, 3, 4], [2, 0, 3, 8], [1, 1, 1, 1], [0.5])).toBeCloseTo((1 + 2 + 0 + 4) / 8, 6);
  });

  it('takes the levels from the innermost axis of y', () => {
    const y = [1, 5, 1, 5, 1, 5, 1, 5]; // level 0.1 says 1, level 0.9 says 5
    expect(pinballOf(y, [3, 3, 3, 3], [1, 1, 1, 1], [0.1, 0.9])).toBeCloseTo((2 * 0.1 + 2 * 0.1) / 2, 6);
  });

  it('leaves out what weighs nothing, whatever stands there', () => {
    expect(pinballOf([0, 0], [1, 1e6], [1, 0], [0.5])).toBeCloseTo(0.5, 6);
    expect(pinballOf([0, 0], [1, 1], [0, 0], [0.5])).toBe(0);
  });
});
