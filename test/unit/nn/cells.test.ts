import { describe, expect, it } from 'vitest';
import type { ActivationName } from '../../../src/nn/activation.js';
import { cells } from '../../../src/nn/cells/cells.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { Random } from '../../../src/series/random.js';
import { type CellWeights, cellSteps, type Phi } from '../../reference/cellSteps.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

const [I, H, B] = [3, 4, 2];

const variants: { activation: ActivationName; layerNorm: boolean; phi: (slope: readonly number[]) => Phi }[] = [
  { activation: 'tanh', layerNorm: false, phi: () => Math.tanh },
  { activation: 'prelu', layerNorm: false, phi: (slope) => (a, unit) => (a < 0 ? slope[unit] * a : a) },
  { activation: 'tanh', layerNorm: true, phi: () => Math.tanh },
];

describe('cells', () => {
  for (const cell of Object.values(cells)) {
    for (const { phi, ...variant } of variants) {
      const { activation, layerNorm } = variant;
      it(`${cell.kind} of ${activation}${layerNorm ? ', normalised,' : ''} makes the step its formulas say`, () => {
        const random = new Random(3);
        const g = new GraphBuilder(cell.kind);
        const shape = { inputSize: I, hiddenSize: H, ...variant };
        const draw = (size: number): number[] => Array.from({ length: size }, () => random.normal());
        const feeds: Record<string, number[]> = { x: draw(B * I) };
        const x = g.input('x', [B, I]);
        const states = cell.states.map((name) => {
          feeds[`state.${name}`] = draw(B * H);
          return g.input(`state.${name}`, [B, H]);
        });
        const parameters = cell.parameters(shape);
        const p = Object.fromEntries(
          parameters.map((parameter) => {
            feeds[parameter.name] = draw(parameter.shape.reduce((a, b) => a * b, 1));
            return [parameter.name, g.input(parameter.name, parameter.shape)];
          }),
        );
        const next = cell.step(g, x, states, p, shape);
        const values = interpretGraph(g, feeds);

        const weights = Object.fromEntries(parameters.map(({ name }) => [name, feeds[name]]));
        for (let row = 0; row < B; row++) {
          const rowOf = (data: readonly number[], width: number): number[] =>
            data.slice(row * width, (row + 1) * width);
          const expected = cellSteps[cell.kind](
            weights as unknown as CellWeights,
            rowOf(feeds.x, I),
            cell.states.map((name) => rowOf(feeds[`state.${name}`], H)),
            phi(feeds.slope),
          );
          for (const [i, state] of next.entries()) {
            expect(maxDifference(rowOf(values.get(state)!.data, H), expected[i])).toBeLessThan(1e-10);
          }
        }
      });
    }
  }
});
