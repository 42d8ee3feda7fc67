import type { GraphBuilder } from '../onnx/graphBuilder.js';

/** β·old + (1 − β)·fresh. */
export const movingMean = (g: GraphBuilder, old: string, beta: number, fresh: string): string =>
  g.op('Add', [g.op('Mul', [old, g.scalar(beta)]), g.op('Mul', [fresh, g.scalar(1 - beta)])]);
