import type { GradientRule } from './gradientRule.js';

/** Reshape, Squeeze and Unsqueeze move nothing: dX is dOut in the shape of x. */
export const reshape: GradientRule = ({ g, shape, dOut, add }) =>
  add(0, g.op('Reshape', [dOut(), g.ints(shape(0) as number[])]));
