import type { Loss } from './loss.js';
import { weightedMean } from './weightedMean.js';

/**
 * Cross-entropy of logits y [rows, 1, classes] against class numbers target [rows, 1]:
 *
 *     L = mean of  −log softmax(y)[target]  =  log Σ_c exp(y_c − s) + s − y_target,   s = Σ_c softmax(y)_c · y_c
 *
 * s is at most log(classes) below the largest logit, so that no exponential overflows and the sum is at least 1/classes.
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
    const sum = (values: string, keepdims: number): string => g.op('ReduceSum', [values, last], { keepdims });
    const level = sum(g.op('Mul', [g.op('Softmax', [y], { axis: 2 }), y]), 1);
    const shifted = g.op('Sub', [y, level]);
    const partition = g.op('Log', [sum(g.op('Exp', [shifted]), 0)]);
    return weightedMean(g, g.op('Sub', [partition, sum(g.op('Mul', [chosen, shifted]), 0)]), weight);
  },
};
