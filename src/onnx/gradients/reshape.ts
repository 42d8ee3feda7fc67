import { reshapeTo } from '../reshapeTo.js';
import type { GradientRule } from './gradientRule.js';

/** Reshape, Flatten, Squeeze and Unsqueeze move nothing: dX is dOut in the shape of x. */
export const reshape: GradientRule = ({ g, shape, dOut, add }) => add(0, reshapeTo(g, dOut(), shape(0)));
