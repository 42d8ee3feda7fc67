import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { type Architecture, outputWidth } from '../architecture.js';
import type { CellShape } from '../cells/cell.js';
import { cells } from '../cells/cells.js';
import { type ParameterShape, under, type Values, valuesOf } from '../parameter.js';
import { dense, denseParameters } from './dense.js';

const cellShape = (a: Architecture): CellShape => ({
  inputSize: 1 + a.gated.length,
  hiddenSize: a.hiddenSize,
  activation: a.cellActivation,
  layerNorm: a.cellNorm === 'layer',
});

export const decoderHeadParameters = (a: Architecture): readonly ParameterShape[] => [
  ...under('cell', cells[a.cell].parameters(cellShape(a))),
  ...denseParameters(a),
  { name: 'V', shape: [a.hiddenSize, outputWidth(a)], scale: 0 },
  { name: 'v', shape: [outputWidth(a)], scale: 0 },
];

/** Scheduled sampling: what a decoder is fed instead of its own answers, and when. */
export interface Teaching {
  readonly teacher: string; // [batch, horizon]: the targets
  readonly coin: string; // [batch, horizon]: 1 feeds the target of that step on, 0 the decoder's own median
}

/**
 * A forecast rolled out step by step (Sutskever et al. 2014) from the encoder's states s₀ = states:
 *
 *     s_k = cell([p_k, gated_1[k], …], s_(k−1))        p_1 = x[start], or 0
 *     y[k] = V·look(s_k) + v₀                          p_(k+1) = median of y[k]
 *
 * for k = 1 … horizon; `look` is what stands between the state and the head (attention, dropout). With `teaching`
 * p_(k+1) = coin_k·teacher_k + (1 − coin_k)·median of y[k] (Bengio et al. 2015).
 */
export function decoderHead(
  g: GraphBuilder,
  a: Architecture,
  x: string,
  states: readonly string[],
  p: Values,
  look: (hidden: string) => string,
  teaching?: Teaching,
): string {
  const columns = (value: string, from: number, width = 1): string =>
    g.op('Slice', [value, g.ints([from]), g.ints([from + width]), g.ints([1])]);
  const cellValues = valuesOf('cell', p);
  const median = nearestToMedian(a.levels);
  let fed = a.start >= 0 ? columns(x, a.start) : g.op('Mul', [columns(x, 0), g.scalar(0)]);
  let state = states;
  const answers: string[] = [];
  for (let k = 0; k < a.horizon; k++) {
    const known = a.gated.map(({ from, width }) => columns(x, width === 1 ? from : from + k));
    const input = known.length === 0 ? fed : g.op('Concat', [fed, ...known], { axis: 1 });
    state = cells[a.cell].step(g, input, state, cellValues, cellShape(a));
    const answer = g.op('Gemm', [dense(g, a.headActivation, look(state[0]), p), p.V, p.v]);
    answers.push(answer);
    if (k === a.horizon - 1) break;
    const own = a.levels.length === 1 ? answer : columns(answer, median);
    fed = teaching ? mixed(g, own, columns(teaching.teacher, k), columns(teaching.coin, k)) : own;
  }
  const flat = answers.length === 1 ? answers[0] : g.op('Concat', answers, { axis: 1 });
  return g.op('Reshape', [flat, g.ints([0, a.horizon, outputWidth(a)])]);
}

const mixed = (g: GraphBuilder, own: string, taught: string, coin: string): string =>
  g.op('Add', [g.op('Mul', [coin, taught]), g.op('Mul', [g.op('Sub', [g.scalar(1), coin]), own])]);

function nearestToMedian(levels: readonly number[]): number {
  const distances = levels.map((level) => Math.abs(level - 0.5));
  return distances.indexOf(Math.min(...distances));
}
