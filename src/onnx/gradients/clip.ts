import type { GradientRule } from './gradientRule.js';
import { indicator } from './indicator.js';

/** y = min(max(x, low), high): dX = dOut where low ≤ x ≤ high; what is clipped goes to its bound. */
export const clip: GradientRule = ({ g, node, dOut, needs, add }) => {
  const [x, low = '', high = ''] = node.inputs;
  const below = low === '' ? undefined : g.op('Less', [x, low]);
  const above = high === '' ? undefined : g.op('Greater', [x, high]);
  const clipped = below && above ? g.op('Or', [below, above]) : (below ?? above);
  if (needs(0)) add(0, clipped ? g.op('Mul', [dOut(), indicator(g, g.op('Not', [clipped]))]) : dOut());
  const to = (input: number, outside?: string): void => {
    if (outside && needs(input)) add(input, g.op('Mul', [dOut(), indicator(g, outside)]));
  };
  // Where the bounds cross, y is the upper one.
  to(1, below && above ? g.op('And', [below, g.op('Not', [g.op('Greater', [low, high])])]) : below);
  to(2, above && below ? g.op('Or', [above, g.op('And', [below, g.op('Greater', [low, high])])]) : above);
};
