import type { Random } from '../series/random.js';

/** Names of a graph's values by parameter name. */
export type Values = Readonly<Record<string, string>>;

/** The numbers of a network by parameter name. */
export type Weights = Readonly<Record<string, Float32Array>>;

export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
  /** Starts uniform within ± this many times 1/√hiddenSize, plus `offset`. */
  readonly scale: number;
  readonly offset?: (index: number) => number;
  /** A running statistic: told by the batches, not learned by gradient. */
  readonly running?: true;
}

export const parameterSize = ({ shape }: ParameterShape): number => shape.reduce((size, dim) => size * dim, 1);

/** The same parameters under a part's name: `layer1.W`. */
export const under = (part: string, parameters: readonly ParameterShape[]): ParameterShape[] =>
  parameters.map((parameter) => ({ ...parameter, name: `${part}.${parameter.name}` }));

/** A part's own values, by the names it knows them under. */
export const valuesOf = (part: string, values: Values): Values =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name.startsWith(`${part}.`))
      .map(([name, value]) => [name.slice(part.length + 1), value]),
  );

/** Starting numbers, drawn in the order of the parameters. */
export function drawParameter(parameter: ParameterShape, hiddenSize: number, random: Random): Float32Array {
  const { scale, offset } = parameter;
  const bound = scale / Math.sqrt(hiddenSize);
  const values = new Float32Array(parameterSize(parameter));
  for (let i = 0; i < values.length; i++) {
    values[i] = (scale === 0 ? 0 : bound * (2 * random.uniform() - 1)) + (offset?.(i) ?? 0);
  }
  return values;
}
