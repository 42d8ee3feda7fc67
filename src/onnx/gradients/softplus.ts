import type { GradientRule } from './gradientRule.js';

/** y = ln(1 + eˣ): dX = dOut·σ(x). */
export const softplus: GradientRule = ({ g, node, dOut, add }) =>
  add(0, g.op('Mul', [dOut(), g.op('Sigmoid', [node.inputs[0]])]));
