import type { GraphBuilder } from '../../onnx/graphBuilder.js';

/** Σ weight · loss / (each · Σ weight), for losses [rows, horizon] that are sums of `each` terms; 0 when nothing weighs anything. */
export function weightedMean(g: GraphBuilder, loss: string, weight: string, each = 1): string {
  const total = g.op('ReduceSum', [g.op('Mul', [loss, weight])], { keepdims: 0 });
  const count = g.op('Max', [g.op('ReduceSum', [weight], { keepdims: 0 }), g.scalar(1e-6)]);
  return g.op('Div', [total, each === 1 ? count : g.op('Mul', [count, g.scalar(each)])]);
}
