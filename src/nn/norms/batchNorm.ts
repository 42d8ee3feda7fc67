import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { movingMean } from '../movingMean.js';
import type { ParameterShape, Values } from '../parameter.js';

const epsilon = 1e-5;
const momentum = 0.1;

export const batchNormParameters = (width: number): readonly ParameterShape[] => [
  { name: 'gain', shape: [width], scale: 0, offset: () => 1 },
  { name: 'bias', shape: [width], scale: 0 },
  { name: 'mean', shape: [width], scale: 0, running: true },
  { name: 'variance', shape: [width], scale: 0, offset: () => 1, running: true },
];

/** The deployed form (Ioffe & Szegedy 2015), column by column: gain·(x − mean)/√(variance + 1e-5) + bias. */
export const frozenBatchNorm = (g: GraphBuilder, x: string, { gain, bias, mean, variance }: Values): string =>
  g.op('BatchNormalization', [x, gain, bias, mean, variance], { epsilon });

export interface BatchNormed {
  readonly value: string;
  readonly mean: string; // [width], the running one told of this batch
  readonly variance: string;
}

/**
 * The training form: mean and variance are those of the rows at hand, x [rows, width], without those that `given` [rows, 1]
 * says are padding. As in PyTorch, the variance that divides is the biased one, and the running statistics are told by a tenth:
 * r' = 0.9·r + 0.1·that of the batch, the variance unbiased.
 */
export function batchNorm(g: GraphBuilder, x: string, p: Values, given?: string): BatchNormed {
  const rows = g.ints([0]);
  const column = g.op('Slice', [x, g.ints([0]), g.ints([1]), g.ints([1])]);
  const alive = given ?? g.op('Add', [g.op('Mul', [column, g.scalar(0)]), g.scalar(1)]);
  const sum = (value: string): string => g.op('ReduceSum', [value, rows], { keepdims: 1 });
  const counted = g.op('Max', [sum(alive), g.scalar(1)]);
  const mean = g.op('Div', [sum(g.op('Mul', [x, alive])), counted]);
  const centred = g.op('Sub', [x, mean]);
  const squares = sum(g.op('Mul', [g.op('Mul', [centred, centred]), alive]));
  const deviation = g.op('Sqrt', [g.op('Add', [g.op('Div', [squares, counted]), g.scalar(epsilon)])]);
  const free = g.op('Max', [g.op('Sub', [counted, g.scalar(1)]), g.scalar(1)]);
  const told = (running: string, fresh: string): string =>
    movingMean(g, running, 1 - momentum, g.op('Squeeze', [fresh, rows]));
  return {
    value: g.op('Add', [g.op('Mul', [g.op('Div', [centred, deviation]), p.gain]), p.bias]),
    mean: told(p.mean, mean),
    variance: told(p.variance, g.op('Div', [squares, free])),
  };
}
