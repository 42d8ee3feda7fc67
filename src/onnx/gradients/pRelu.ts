import { bySign } from './bySign.js';
import type { GradientRule } from './gradientRule.js';

/** y = x where x > 0, slope·x elsewhere: dX = dOut·(x > 0 ? 1 : slope), dSlope = dOut·min(x, 0). */
export const pRelu: GradientRule = ({ g, node, dOut, needs, add }) => {
  const [x, slope] = node.inputs;
  if (needs(0)) add(0, g.op('Mul', [dOut(), bySign(g, x, g.scalar(1), slope)]));
  if (needs(1)) add(1, g.op('Mul', [dOut(), g.op('Min', [x, g.scalar(0)])]));
};
