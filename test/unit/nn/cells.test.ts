import { describe, expect, it } from 'vitest';
import { cells } from '../../../src/nn/cells/cells.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { Random } from '../../../src/series/random.js';
import { cellSteps } from '../../reference/cellSteps.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

const [I, H, B] = [3, 4, 2];
const shape = { inputSize: I, hiddenSize: H, activation: 'tanh', layerNorm: false } as const;

describe('cells', () => {
  for (const cell of Object.values(cells)) {
    it(`${cell.kind} makes the step its formulas say`, () => {
      const random = new Random(3);
      const g = new GraphBuilder(cell.kind);
      const draw = (size: number): number[] => Array.from({ length: size }, () => random.normal());
      const feeds: Record<string, number[]> = { x: draw(B * I) };
      const x = g.input('x', [B, I]);
      const states = cell.states.map((name) => {
        feeds[`state.${name}`] = draw(B * H);
        return g.input(`state.${name}`, [B, H]);
      });
      const p = Object.fromEntries(
        cell.parameters(shape).map((parameter) => {
          feeds[parameter.name] = draw(parameter.shape.reduce((a, b) => a * b, 1));
          return [parameter.name, g.input(parameter.name, parameter.shape)];
        }),
      );
      const next = cell.step(g, x, states, p, shape);
      const values = interpretGraph(g, feeds);

      for (let row = 0; row < B; row++) {
        const rowOf = (data: readonly number[], width: number): number[] => data.slice(row * width, (row + 1) * width);
        const { W, R, b, c } = feeds;
        const expected = cellSteps[cell.kind](
          { W, R, b, c },
          rowOf(feeds.x, I),
          cell.states.map((name) => rowOf(feeds[`state.${name}`], H)),
        );
        for (const [i, state] of next.entries()) {
          expect(maxDifference(rowOf(values.get(state)!.data, H), expected[i])).toBeLessThan(1e-13);
        }
      }
    });
  }
});
