import { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import type { ModelProto } from '../../src/onnx/modelProto.js';
import type { Random } from '../../src/series/random.js';

export interface StepRecipe {
  readonly cell: 'rnn' | 'gru' | 'lstm';
  readonly layers: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly horizon: number;
  readonly levels: number;
}

/** A stacked step model written out by hand, with drawn weights. */
export function stepRecipe(recipe: StepRecipe, random: Random): ModelProto {
  const { cell, layers, inputSize, hiddenSize: H, horizon, levels } = recipe;
  const g = new GraphBuilder(`${cell}-step`);
  const draw = (name: string, shape: readonly number[]): string =>
    g.weight(
      name,
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.6 * random.normal()),
    );
  const gates = { rnn: 1, gru: 3, lstm: 4 }[cell];
  const names = Array.from({ length: layers }, (_, k) => (layers === 1 ? '' : `${k + 1}`));
  const x = g.input('x', ['batch', inputSize]);
  const hs = names.map((k) => g.input(`h${k}`, ['batch', H]));
  const cs = cell === 'lstm' ? names.map((k) => g.input(`c${k}`, ['batch', H])) : [];
  const next: [string, string][] = [];
  let below = x;
  for (const [k, name] of names.entries()) {
    const width = Number(g.shape(below)[1]);
    const [W, R, b] = [
      draw(`W${name}`, [width, gates * H]),
      draw(`R${name}`, [H, gates * H]),
      draw(`b${name}`, [gates * H]),
    ];
    const projected = g.op('Gemm', [below, W, b]);
    const recurrent = g.op('MatMul', [hs[k], R]);
    let h: string;
    if (cell === 'rnn') {
      h = g.op('Tanh', [g.op('Add', [projected, recurrent])]);
    } else if (cell === 'gru') {
      const sizes = g.ints([2 * H, H]);
      const [xGates, xCandidate] = g.ops(2, 'Split', [projected, sizes], { axis: 1 });
      const [hGates, hCandidate] = g.ops(2, 'Split', [recurrent, sizes], { axis: 1 });
      const [z, r] = g.ops(2, 'Split', [g.op('Sigmoid', [g.op('Add', [xGates, hGates])]), g.ints([H, H])], { axis: 1 });
      const inner = g.op('Mul', [r, g.op('Add', [hCandidate, draw(`d${name}`, [H])])]);
      const n = g.op('Tanh', [g.op('Add', [xCandidate, inner])]);
      h = g.op('Add', [n, g.op('Mul', [z, g.op('Sub', [hs[k], n])])]);
    } else {
      const [sums, candidate] = g.ops(2, 'Split', [g.op('Add', [projected, recurrent]), g.ints([3 * H, H])], {
        axis: 1,
      });
      const [i, o, f] = g.ops(3, 'Split', [g.op('Sigmoid', [sums]), g.ints([H, H, H])], { axis: 1 });
      const c = g.op('Add', [g.op('Mul', [f, cs[k]]), g.op('Mul', [i, g.op('Tanh', [candidate])])]);
      h = g.op('Mul', [o, g.op('Tanh', [c])]);
      next.push([`c${name}_next`, c]);
    }
    next.push([`h${name}_next`, h]);
    below = h;
  }
  const rows = g.op('Gemm', [below, draw('V', [H, horizon * levels]), draw('v', [horizon * levels])]);
  g.output('y', g.op('Reshape', [rows, g.ints([0, horizon, levels])]));
  for (const [name, value] of next) g.output(name, value);
  return g.model();
}
