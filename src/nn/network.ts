import type { Random } from '../series/random.js';
import type { Cell, ParameterShape } from './cells/cell.js';

/** Columns of x that the head weighs by the state: one a horizon step, or a single one for all steps. */
export interface GatedColumns {
  readonly from: number;
  readonly width: number; // horizon or 1
}

/**
 * A step model to be built: one cell, and a head of quantiles. K = horizon, y is level-major:
 *
 *     y[q·K + k] = (V·h' + v)[q·K + k] + (U·x)[q·K + k] + Σ_j (A·h' + a)[j·K + k] · gated_j[k]
 *
 * A gate says how much a column, such as the value one season before the target, is to be trusted in this series, now.
 * U·x, which lets the head read x whatever the state, is there only with `direct`.
 */
export interface Network {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly horizon: number; // steps
  readonly levels: readonly number[];
  readonly gated: readonly GatedColumns[];
  readonly direct: boolean;
}

/** Every weight of a network, in the order in which files carry them. The head starts from zero: at first nothing is said to change. */
export function networkParameters(network: Network): readonly ParameterShape[] {
  const { cell, inputSize, hiddenSize, horizon, levels } = network;
  const outputs = horizon * levels.length;
  const gates = network.gated.length * horizon;
  return [
    ...cell.parameters(inputSize, hiddenSize),
    { name: 'V', shape: [hiddenSize, outputs], scale: 0 },
    { name: 'v', shape: [outputs], scale: 0 },
    ...(network.direct ? [{ name: 'U', shape: [inputSize, outputs], scale: 0 }] : []),
    ...(gates > 0
      ? [
          { name: 'A', shape: [hiddenSize, gates], scale: 0 },
          { name: 'a', shape: [gates], scale: 0 },
        ]
      : []),
  ];
}

export type Weights = Readonly<Record<string, Float32Array>>;

export const parameterSize = ({ shape }: ParameterShape): number => shape.reduce((size, dim) => size * dim, 1);

/** Starting weights, uniform within ± 1/√hiddenSize as PyTorch's. */
export function initialWeights(network: Network, random: Random): Record<string, Float32Array> {
  const bound = 1 / Math.sqrt(network.hiddenSize);
  return Object.fromEntries(
    networkParameters(network).map((parameter) => {
      const { name, scale, offset } = parameter;
      const values = new Float32Array(parameterSize(parameter));
      for (let i = 0; i < values.length; i++) {
        values[i] = (scale === 0 ? 0 : scale * bound * (2 * random.uniform() - 1)) + (offset?.(i) ?? 0);
      }
      return [name, values];
    }),
  );
}
