import type { GraphBuilder } from '../onnx/graphBuilder.js';
import type { Values } from './cells/cell.js';
import type { Network } from './network.js';

/** The head of a network over any number of rows: hidden states [rows, H] and inputs [rows, inputSize] to y [rows, levels·horizon], level-major. */
export function quantileHead(g: GraphBuilder, network: Network, x: string, hidden: string, p: Values): string {
  const { horizon, levels, gateFrom } = network;
  const direct = g.op('Gemm', [x, p.U, p.v]);
  const y = g.op('Add', [g.op('MatMul', [hidden, p.V]), direct]);
  if (gateFrom === undefined) return y;
  const gated = g.op('Slice', [x, g.ints([gateFrom]), g.ints([gateFrom + horizon]), g.ints([1])]);
  const carried = g.op('Mul', [g.op('Gemm', [hidden, p.A, p.a]), gated]);
  return g.op('Add', [
    y,
    g.op(
      'Concat',
      levels.map(() => carried),
      { axis: 1 },
    ),
  ]);
}
