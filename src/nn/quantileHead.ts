import type { GraphBuilder } from '../onnx/graphBuilder.js';
import type { Values } from './cells/cell.js';
import type { Network } from './network.js';

/** The head of a network over any number of rows: hidden states [rows, H] and inputs [rows, inputSize] to y [rows, levels·horizon], level-major. */
export function quantileHead(g: GraphBuilder, network: Network, x: string, hidden: string, p: Values): string {
  const { horizon, levels, gated, direct } = network;
  const own = g.op('Gemm', [hidden, p.V, p.v]);
  const y = direct ? g.op('Add', [own, g.op('MatMul', [x, p.U])]) : own;
  if (gated.length === 0) return y;
  const gates = g.op('Gemm', [hidden, p.A, p.a]);
  const each =
    gated.length === 1 ? [gates] : g.ops(gated.length, 'Split', [gates, g.ints(gated.map(() => horizon))], { axis: 1 });
  const carried = gated
    .map(({ from, width }, j) => {
      const columns = g.op('Slice', [x, g.ints([from]), g.ints([from + width]), g.ints([1])]);
      return g.op('Mul', [each[j], columns]);
    })
    .reduce((sum, term) => g.op('Add', [sum, term]));
  return g.op('Add', [
    y,
    g.op(
      'Concat',
      levels.map(() => carried),
      { axis: 1 },
    ),
  ]);
}
