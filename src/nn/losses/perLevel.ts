import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { reshapeTo } from '../../onnx/reshapeTo.js';
import { weightedMean } from './weightedMean.js';

/** The weighted mean of `cost(target − y)` over every level of y, each of which forecasts the same target. */
export function perLevel(
  g: GraphBuilder,
  { y, target, weight }: { y: string; target: string; weight: string },
  cost: (miss: string) => string,
): string {
  const levels = Number(g.shape(y)[2]);
  if (levels === 1)
    return weightedMean(g, cost(g.op('Sub', [target, reshapeTo(g, y, g.shape(y).slice(0, 2))])), weight);
  const last = g.ints([2]);
  const costs = cost(g.op('Sub', [g.op('Unsqueeze', [target, last]), y]));
  return weightedMean(g, g.op('ReduceSum', [costs, last], { keepdims: 0 }), weight, levels);
}
