import type { Cell, ParameterShape, Values } from './cells/cell.js';

/**
 * A step model to be built: one cell, and a head of quantiles.
 *
 *     y[q·K + k] = (V·h' + U·x + v)[q·K + k] + (A·h' + a)[k] · x[gate.from + k]
 *
 * K = horizon, level-major. U lets the head read x directly. The gated columns are one number a horizon step, such as the
 * values one season before each target: how much each is to be trusted depends on the state.
 */
export interface Network {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly horizon: number; // steps
  readonly levels: readonly number[];
  readonly gateFrom?: number; // first of `horizon` gated columns of x
}

/** Every weight of a network, in the order in which files carry them. The head starts from zero: at first nothing is said to change. */
export function networkParameters(network: Network): readonly ParameterShape[] {
  const { cell, inputSize, hiddenSize, horizon, levels } = network;
  const outputs = horizon * levels.length;
  const gate: ParameterShape[] = [
    { name: 'A', shape: [hiddenSize, horizon], scale: 0 },
    { name: 'a', shape: [horizon], scale: 0 },
  ];
  return [
    ...cell.parameters(inputSize, hiddenSize),
    { name: 'V', shape: [hiddenSize, outputs], scale: 0 },
    { name: 'U', shape: [inputSize, outputs], scale: 0 },
    { name: 'v', shape: [outputs], scale: 0 },
    ...(network.gateFrom === undefined ? [] : gate),
  ];
}

export type Weights = Readonly<Record<string, Float32Array>>;

export const parameterSize = ({ shape }: ParameterShape): number => shape.reduce((size, dim) => size * dim, 1);

/** Starting weights, uniform within ± 1/√hiddenSize as PyTorch's. `uniform` draws from [0, 1). */
export function initialWeights(network: Network, uniform: () => number): Record<string, Float32Array> {
  const bound = 1 / Math.sqrt(network.hiddenSize);
  return Object.fromEntries(
    networkParameters(network).map((parameter) => {
      const { name, scale, offset } = parameter;
      const values = new Float32Array(parameterSize(parameter));
      for (let i = 0; i < values.length; i++) {
        values[i] = (scale === 0 ? 0 : scale * bound * (2 * uniform() - 1)) + (offset?.(i) ?? 0);
      }
      return [name, values];
    }),
  );
}

export type { Values };
