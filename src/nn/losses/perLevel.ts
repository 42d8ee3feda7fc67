import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { weightedMean } from './weightedMean.js';

/** The weighted mean of `cost(target − y)` over every level of y, each of which forecasts the same target. */
export function perLevel(
  g: GraphBuilder,
  { y, target, weight }: { y: string; target: string; weight: string },
  cost: (miss: string) => string,
): string {
  const last = g.ints([2]);
  const costs = cost(g.op('Sub', [g.op('Unsqueeze', [target, last]), y]));
  return weightedMean(g, g.op('ReduceSum', [costs, last], { keepdims: 0 }), weight, Number(g.shape(y)[2]));
}
