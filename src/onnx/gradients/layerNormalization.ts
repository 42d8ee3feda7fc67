import { normalAxis } from '../shape.js';
import type { GradientRule } from './gradientRule.js';

/**
 * y = n·scale + bias, n = (x − μ)·r, μ and r = 1/√(variance + ε) over the axes from `axis` on; with d = dOut·scale:
 *
 *     dX = r·(d − mean d − n·mean(d·n))      dScale = Σ dOut·n      dBias = Σ dOut
 */
export const layerNormalization: GradientRule = ({ g, node, shape, dOut, flows, needs, add }) => {
  if (flows(1) || flows(2)) throw new TypeError('LayerNormalization: nothing flows back into its statistics');
  const [x, scale] = node.inputs;
  const from = normalAxis(Number(node.attributes.axis ?? -1), shape(0).length);
  const axes = shape(0).flatMap((_, axis) => (axis >= from ? [axis] : []));
  const mean = (value: string): string => g.op('ReduceMean', [value], { axes });
  const centred = g.op('Sub', [x, mean(x)]);
  const variance = mean(g.op('Mul', [centred, centred]));
  const root = g.op('Sqrt', [g.op('Add', [variance, g.scalar(Number(node.attributes.epsilon ?? 1e-5))])]);
  const r = g.op('Reciprocal', [root]);
  const normal = g.op('Mul', [centred, r]);
  if (needs(0)) {
    const d = g.op('Mul', [dOut(), scale]);
    const along = g.op('Mul', [normal, mean(g.op('Mul', [d, normal]))]);
    add(0, g.op('Mul', [g.op('Sub', [g.op('Sub', [d, mean(d)]), along]), r]));
  }
  if (needs(1)) add(1, g.op('Mul', [dOut(), normal]));
  if (needs(2)) add(2, dOut());
};
