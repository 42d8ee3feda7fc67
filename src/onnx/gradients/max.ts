import type { GradientContext, GradientRule } from './gradientRule.js';

/** y = max(a, b): dOut goes to the larger of the two, to a where they are equal. */
export const max: GradientRule = (context) => toChosen(context, 'Less');

/** y = min(a, b): dOut goes to the smaller of the two, to a where they are equal. */
export const min: GradientRule = (context) => toChosen(context, 'Greater');

function toChosen({ g, node, dOut, needs, add }: GradientContext, second: 'Less' | 'Greater'): void {
  if (node.inputs.length !== 2) throw new TypeError(`${node.opType}: its gradient is known for two inputs`);
  const isSecond = g.op(second, node.inputs);
  const zero = g.scalar(0);
  if (needs(0)) add(0, g.op('Where', [isSecond, zero, dOut()]));
  if (needs(1)) add(1, g.op('Where', [isSecond, dOut(), zero]));
}
