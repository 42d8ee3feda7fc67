import type { GradientRule } from './gradientRule.js';
import { indicator } from './indicator.js';

/** y = max(a, b, …) or min: dOut goes to the one that is y, in equal shares where several are. */
export const max: GradientRule = ({ g, node, dOut, needs, add }) => {
  const [y] = node.outputs;
  if (node.inputs.length === 1) return add(0, dOut());
  const isY = node.inputs.map((x) => indicator(g, g.op('Equal', [x, y])));
  const count = isY.reduce((sum, one) => g.op('Add', [sum, one]));
  for (const [i, one] of isY.entries()) if (needs(i)) add(i, g.op('Mul', [dOut(), g.op('Div', [one, count])]));
};
