import type { GraphBuilder } from '../graphBuilder.js';
import type { GradientRule } from './gradientRule.js';

/** y = α·A'·B' + β·C, where ' is the transpose if asked for: dA = α·dOut·B'ᵀ, dB = α·A'ᵀ·dOut, dC = β·dOut. */
export const gemm: GradientRule = ({ g, node, dOut, needs, add, addProduct }) => {
  const [a, b, c] = node.inputs;
  const { transA, transB, alpha = 1, beta = 1 } = node.attributes;
  const dY = scaled(g, dOut(), Number(alpha));
  if (needs(0)) {
    const plainB = transB ? b : g.op('Transpose', [b], { perm: [1, 0] });
    if (transA) add(0, g.op('Gemm', [plainB, dY], { transA: 1, transB: 1 }));
    else add(0, g.op('MatMul', [dY, plainB]));
  }
  if (needs(1)) {
    const plainA = transA ? g.op('Transpose', [a], { perm: [1, 0] }) : a;
    if (transB) addProduct(1, dY, plainA);
    else addProduct(1, plainA, dY);
  }
  if (c !== undefined && needs(2)) add(2, scaled(g, dOut(), Number(beta)));
};

const scaled = (g: GraphBuilder, value: string, factor: number): string =>
  factor === 1 ? value : g.op('Mul', [value, g.scalar(factor)]);
