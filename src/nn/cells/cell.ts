import type { GraphBuilder } from '../../onnx/graphBuilder.js';

/** Names of a graph's values by parameter or state name. */
export type Values = Readonly<Record<string, string>>;

export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
  /** Uniform within ± this many times 1/√hiddenSize, plus `offset`. */
  readonly scale: number;
  readonly offset?: (index: number) => number;
}

/**
 * A recurrent cell as a graph recipe. What depends on x alone is one product W·x + b, which a training graph takes out of the
 * loop for all steps at once; `step` is the rest.
 *
 * W [inputSize, gates·H], R [H, gates·H], b [gates·H]: gates side by side, in ONNX order. x and h are rows: [batch, size].
 */
export interface Cell {
  readonly kind: 'rnn' | 'gru' | 'lstm';
  readonly gates: number;
  readonly states: readonly string[];
  parameters(inputSize: number, hiddenSize: number): readonly ParameterShape[];
  /** The next states. `projected` is what `project` made of W·x + b. */
  step(
    g: GraphBuilder,
    projected: readonly string[],
    states: readonly string[],
    p: Values,
    hiddenSize: number,
  ): string[];
  /** Cuts W·x + b, [rows, gates·H], into the parts a step wants apart. */
  project(g: GraphBuilder, rows: string, hiddenSize: number): readonly string[];
}

/** The parameters every cell has: input weights, recurrent weights, one bias. */
export function gateParameters(gates: number, inputSize: number, hiddenSize: number): ParameterShape[] {
  return [
    { name: 'W', shape: [inputSize, gates * hiddenSize], scale: 1 },
    { name: 'R', shape: [hiddenSize, gates * hiddenSize], scale: 1 },
    { name: 'b', shape: [gates * hiddenSize], scale: 1 },
  ];
}
