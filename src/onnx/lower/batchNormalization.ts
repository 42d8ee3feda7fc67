import { expandTo } from '../expandTo.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { reshapeTo } from '../reshapeTo.js';
import { fixed } from '../shape.js';
import type { Lowering } from './lowering.js';

/**
 * In training mode: mean and variance of what is there, over every axis but that of the channels (1), and the running ones
 * moved towards them:
 *
 *     y = (x − μ)/√(σ² + ε)·scale + bias      running' = momentum·running + (1 − momentum)·current
 *
 * The number of rows is summed up by the graph, so that more rows may be put below one another.
 */
export const batchNormalization: Lowering = (g, node, [x, scale, bias, mean, variance]) => {
  const { epsilon = 1e-5, momentum = 0.9 } = node.attributes;
  const shape = g.shape(x);
  const others = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const column = [shape[1], ...shape.slice(2).map(() => 1)];
  const inside = shape.slice(2).reduce<number>((product, dim) => product * fixed(dim), 1);
  const ones = expandTo(g, g.scalar(inside), shape.slice(0, 1), x);
  const count = g.op('ReduceSum', [ones], { keepdims: 0 });
  const average = (value: string): string =>
    g.op('Div', [g.op('ReduceSum', [value, g.ints(others)], { keepdims: 0 }), count]);

  const currentMean = average(x);
  const centred = g.op('Sub', [x, reshapeTo(g, currentMean, column)]);
  const currentVariance = average(g.op('Mul', [centred, centred]));
  const deviation = g.op('Sqrt', [g.op('Add', [currentVariance, g.scalar(Number(epsilon))])]);
  const scaled = g.op('Mul', [centred, reshapeTo(g, g.op('Div', [scale, deviation]), column)]);
  const y = g.op('Add', [scaled, reshapeTo(g, bias, column)]);
  const outputs = [y, moved(g, mean, currentMean, +momentum), moved(g, variance, currentVariance, +momentum)];
  return node.outputs.map((_, i) => outputs[i]);
};

const moved = (g: GraphBuilder, running: string, current: string, momentum: number): string =>
  g.op('Add', [g.op('Mul', [running, g.scalar(momentum)]), g.op('Mul', [current, g.scalar(1 - momentum)])]);
