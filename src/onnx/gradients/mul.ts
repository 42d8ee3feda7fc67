import type { GraphBuilder } from '../graphBuilder.js';
import { sameShape } from '../shape.js';
import type { GradientRule } from './gradientRule.js';

/** y = a·b: dA = dOut·b, dB = dOut·a. */
export const mul: GradientRule = ({ g, node, dOut, needs, add }) => {
  const [a, b] = node.inputs;
  if (needs(0)) add(0, product(g, dOut(), b));
  if (needs(1)) add(1, product(g, dOut(), a));
};

/** What was repeated to the shape of the other factor need not be. */
function product(g: GraphBuilder, dOut: string, factor: string): string {
  const maker = g.nodes.find(({ outputs }) => outputs[0] === dOut);
  const repeated = maker?.opType === 'Expand' && sameShape(g.shape(dOut), g.shape(factor));
  return g.op('Mul', [repeated ? maker.inputs[0] : dOut, factor]);
}
