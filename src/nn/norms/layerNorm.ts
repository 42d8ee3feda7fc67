import type { GraphBuilder } from '../../onnx/graphBuilder.js';

const epsilon = 1e-5;

/** Each row to mean 0 and variance 1 over its last axis, then (Ba, Kiros & Hinton 2016): gain ⊙ (a − mean)/√(var + 1e-5) [+ bias]. */
export const layerNorm = (g: GraphBuilder, value: string, gain: string, ...bias: [string?]): string =>
  g.op('LayerNormalization', [value, gain, ...bias.filter((name) => name !== undefined)], { axis: -1, epsilon });
