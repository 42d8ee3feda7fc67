import { bySign } from './bySign.js';
import type { GradientRule } from './gradientRule.js';

/** y = x where x > 0, α·x elsewhere: dX = dOut·(x > 0 ? 1 : α). */
export const leakyRelu: GradientRule = ({ g, node, dOut, add }) => {
  const alpha = Number(node.attributes.alpha ?? 0.01);
  add(0, g.op('Mul', [dOut(), bySign(g, node.inputs[0], g.scalar(1), g.scalar(alpha))]));
};
