import { bySign } from './bySign.js';
import type { GradientRule } from './gradientRule.js';

/** y = x where x > 0, α·(eˣ − 1) elsewhere: dX = dOut·(x > 0 ? 1 : y + α). */
export const elu: GradientRule = ({ g, node, dOut, add }) => {
  const slope = g.op('Add', [node.outputs[0], g.scalar(Number(node.attributes.alpha ?? 1))]);
  add(0, g.op('Mul', [dOut(), bySign(g, node.inputs[0], g.scalar(1), slope)]));
};
