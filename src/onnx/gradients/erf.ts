import type { GradientRule } from './gradientRule.js';

/** y = erf(x): dX = dOut·(2/√π)·exp(−x²). */
export const erf: GradientRule = ({ g, node, dOut, add }) => {
  const [x] = node.inputs;
  const bell = g.op('Exp', [g.op('Neg', [g.op('Mul', [x, x])])]);
  add(0, g.op('Mul', [dOut(), g.op('Mul', [g.scalar(2 / Math.sqrt(Math.PI)), bell])]));
};
