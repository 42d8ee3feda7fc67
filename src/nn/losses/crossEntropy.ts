import type { Loss } from './loss.js';
import { weightedMean } from './weightedMean.js';

/**
 * Cross-entropy of logits y [rows, 1, classes] against class numbers target [rows, 1]:
 *
 *     L = mean of  −log softmax(y)[target]  =  log Σ_c exp(y_c − max y) + max y − y_target
 *
 * The right-hand side, which no exponential overflows, is how the runtime's LogSoftmax computes it.
 */
export const crossEntropy: Loss = {
  name: 'cross-entropy',
  build(g, y, target, weight) {
    const classes = Number(g.shape(y)[2]);
    const last = g.ints([2]);
    const numbers = g.constant(
      Array.from({ length: classes }, (_, c) => c),
      [classes],
    );
    const away = g.op('Abs', [g.op('Sub', [g.op('Unsqueeze', [target, last]), numbers])]);
    const chosen = g.op('Sub', [g.scalar(1), g.op('Min', [away, g.scalar(1)])]); // 1 at the target's class, else 0
    const likelihoods = g.op('Mul', [chosen, g.op('LogSoftmax', [y], { axis: -1 })]);
    const costs = g.op('Neg', [g.op('ReduceSum', [likelihoods, last], { keepdims: 0 })]);
    return weightedMean(g, costs, weight);
  },
};
