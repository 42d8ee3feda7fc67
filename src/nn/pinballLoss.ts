import type { GraphBuilder } from '../onnx/graphBuilder.js';

/**
 * The weighted mean pinball loss of quantile forecasts, a single number:
 *
 *     d = target − y_q      L = Σ weight · Σ_q (½|d| + (level_q − ½)·d) / (levels · Σ weight)
 *
 * y [rows, levels·K] level-major; target and weight [rows, K]. A weight of 0 leaves a target out; all 0 gives 0.
 */
export function pinballLoss(
  g: GraphBuilder,
  y: string,
  target: string,
  weight: string,
  levels: readonly number[],
): string {
  const horizon = Number(g.shape(target)[1]);
  const byLevel =
    levels.length === 1 ? [y] : g.ops(levels.length, 'Split', [y, g.ints(levels.map(() => horizon))], { axis: 1 });
  const losses = byLevel.map((forecast, q) => {
    const miss = g.op('Sub', [target, forecast]);
    const slope = g.op('Mul', [miss, g.scalar(levels[q] - 0.5)]);
    return g.op('Add', [g.op('Mul', [g.op('Abs', [miss]), g.scalar(0.5)]), slope]);
  });
  const loss = losses.reduce((sum, term) => g.op('Add', [sum, term]));
  const total = g.op('ReduceSum', [g.op('Mul', [loss, weight])], { keepdims: 0 });
  const count = g.op('Max', [g.op('ReduceSum', [weight], { keepdims: 0 }), g.scalar(1e-6)]);
  return g.op('Div', [total, g.op('Mul', [count, g.scalar(levels.length)])]);
}
