import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { type Architecture, outputWidth } from '../architecture.js';
import type { ParameterShape, Values } from '../parameter.js';
import { dense, denseParameters } from './dense.js';

/** The head starts from zero: at first nothing is said to change. */
export function linearHeadParameters(a: Architecture): readonly ParameterShape[] {
  const outputs = a.horizon * outputWidth(a);
  const gates = a.gated.length * a.horizon;
  const zero = (name: string, ...shape: number[]): ParameterShape => ({ name, shape, scale: 0 });
  return [
    ...denseParameters(a),
    zero('V', a.hiddenSize, outputs),
    zero('v', outputs),
    ...(a.direct ? [zero('U', a.inputSize, outputs)] : []),
    ...(gates > 0 ? [zero('A', a.hiddenSize, gates), zero('a', gates)] : []),
  ];
}

/**
 * Hidden states [batch, H] and inputs x to y [batch, K, Q], K = horizon and Q levels or classes. With v the hidden state, or what
 * the dense layer makes of it, for step k and level q:
 *
 *     y[k, q] = (V·v + v₀)[k·Q + q] + (U·x)[k·Q + q] + Σ_j (A·v + a)[j·K + k] · gated_j[k]
 *
 * A gate says how much a column, such as the value one season before the target, is to be trusted in this series, now.
 * U·x, which lets the head read x whatever the state, is there only with `direct`.
 */
export function linearHead(g: GraphBuilder, a: Architecture, x: string, hidden: string, p: Values): string {
  const { horizon, gated } = a;
  const value = dense(g, a.headActivation, hidden, p);
  const own = g.op('Gemm', [value, p.V, p.v]);
  const flat = a.direct ? g.op('Add', [own, g.op('MatMul', [x, p.U])]) : own;
  const y = g.op('Reshape', [flat, g.ints([0, horizon, outputWidth(a)])]);
  if (gated.length === 0) return y;
  const gates = g.op('Gemm', [value, p.A, p.a]);
  const each =
    gated.length === 1 ? [gates] : g.ops(gated.length, 'Split', [gates, g.ints(gated.map(() => horizon))], { axis: 1 });
  const carried = gated
    .map(({ from, width }, j) => {
      const columns = g.op('Slice', [x, g.ints([from]), g.ints([from + width]), g.ints([1])]);
      return g.op('Mul', [each[j], columns]);
    })
    .reduce((sum, term) => g.op('Add', [sum, term]));
  return g.op('Add', [y, g.op('Unsqueeze', [carried, g.ints([2])])]);
}
