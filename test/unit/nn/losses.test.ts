import { describe, expect, it } from 'vitest';
import { huber } from '../../../src/nn/losses/huber.js';
import { losses } from '../../../src/nn/losses/losses.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { differentiate } from '../../../src/onnx/differentiate.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { Random } from '../../../src/series/random.js';
import { centralDifference, maxDifference } from '../../reference/centralDifference.js';
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

describe('losses', () => {
  for (const [name, make] of Object.entries(losses)) {
    it(`${name}: slopes are those of central differences`, () => {
      const random = new Random(6);
      const draw = (size: number): number[] => Array.from({ length: size }, () => random.normal());
      const [horizon, width] = name === 'cross-entropy' ? [1, 3] : [2, 3];
      const g = new GraphBuilder(name);
      const [y, target, weight] = [
        g.input('y', [4, horizon, width]),
        g.input('target', [4, horizon]),
        g.input('weight', [4, horizon]),
      ];
      const loss = make({ levels: [0.1, 0.5, 0.9], delta: 0.7 }).build(g, y, target, weight);
      const slopes = differentiate(g, loss, [y]).get(y)!;
      const feeds = {
        y: draw(4 * horizon * width),
        target: name === 'cross-entropy' ? [0, 2, 1, 2] : draw(4 * horizon),
        weight: draw(4 * horizon).map(Math.abs),
      };
      const found = interpretGraph(g, feeds).get(slopes)!.data;
      const worst = maxDifference(found, centralDifference(g, feeds, loss, 'y'));
      expect(worst).toBeLessThan(1e-8);
      expect(found.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
    });
  }

  it('huber refuses a delta that is not positive', () => {
    expect(() => huber(0)).toThrow('delta must be positive, got 0');
  });
});
