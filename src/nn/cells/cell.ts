import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { type ActivationName, activationParameters } from '../activation.js';
import { layerNorm } from '../norms/layerNorm.js';
import type { ParameterShape, Values } from '../parameter.js';

export interface CellShape {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly activation: ActivationName; // φ: of what is written
  readonly layerNorm: boolean;
}

/**
 * A recurrent cell as a graph recipe for one step; rows are series: x [batch, inputSize], states [batch, H].
 *
 * W [inputSize, gates·H], R [H, gates·H], b [gates·H]: gates side by side, in ONNX order. In the formulas of the cells a stands
 * for the gate sums W·x + b and u for R·h. With layer normalisation (Ba et al. 2016) a = LN(W·x)·gainX + b, u = LN(R·h)·gainH,
 * each over all gates together.
 */
export interface Cell {
  readonly kind: 'rnn' | 'gru' | 'lstm' | 'slstm';
  readonly gates: number;
  readonly states: readonly string[]; // the first is what the next layer sees
  parameters(shape: CellShape): readonly ParameterShape[];
  /** The next states. */
  step(g: GraphBuilder, x: string, states: readonly string[], p: Values, shape: CellShape): readonly string[];
}

/** The parameters every cell has. */
export function gateParameters(gates: number, shape: CellShape): ParameterShape[] {
  const { inputSize, hiddenSize } = shape;
  const width = gates * hiddenSize;
  const gain = (name: string): ParameterShape => ({ name, shape: [width], scale: 0, offset: () => 1 });
  return [
    { name: 'W', shape: [inputSize, width], scale: 1 },
    { name: 'R', shape: [hiddenSize, width], scale: 1 },
    { name: 'b', shape: [width], scale: 1 },
    ...activationParameters(shape.activation, hiddenSize),
    ...(shape.layerNorm ? [gain('gainX'), gain('gainH')] : []),
  ];
}

/** a: what of the gates' sums depends on x alone. */
export const inputSums = (g: GraphBuilder, x: string, p: Values, shape: CellShape): string =>
  shape.layerNorm ? layerNorm(g, g.op('MatMul', [x, p.W]), p.gainX, p.b) : g.op('Gemm', [x, p.W, p.b]);

/** u: what depends on the state. */
export function recurrentSums(g: GraphBuilder, h: string, p: Values, shape: CellShape): string {
  const sums = g.op('MatMul', [h, p.R]);
  return shape.layerNorm ? layerNorm(g, sums, p.gainH) : sums;
}
