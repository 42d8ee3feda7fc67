import type { GradientRule } from './gradientRule.js';

/** y₁, y₂, … are parts of x: dX is their gradients side by side. */
export const split: GradientRule = ({ g, node, dOut, add }) => {
  const parts = node.outputs.map((_, i) => dOut(i));
  add(0, parts.length === 1 ? parts[0] : g.op('Concat', parts, { axis: node.attributes.axis ?? 0 }));
};
