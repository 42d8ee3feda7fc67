import { reshapeTo } from '../reshapeTo.js';
import type { GradientRule } from './gradientRule.js';

/**
 * As in inference, the statistics being constants: y = (x − mean)·r·scale + bias, r = 1/√(variance + ε), one of each a channel
 * (axis 1): dX = dOut·r·scale, dScale = Σ dOut·(x − mean)·r, dBias = Σ dOut.
 *
 * @throws {TypeError} in training mode, which src/onnx/lower turns into primitives.
 */
export const batchNormalization: GradientRule = ({ g, node, shape, dOut, needs, add }) => {
  if (node.attributes.training_mode) throw new TypeError('BatchNormalization in training mode must be lowered first');
  const [x, ...perChannel] = node.inputs;
  const column = [
    Number(shape(1)[0]),
    ...shape(0)
      .slice(2)
      .map(() => 1),
  ];
  const [scale, , mean, variance] = perChannel.map((value) => reshapeTo(g, value, column));
  const deviation = g.op('Sqrt', [g.op('Add', [variance, g.scalar(Number(node.attributes.epsilon ?? 1e-5))])]);
  if (needs(0)) add(0, g.op('Mul', [dOut(), g.op('Div', [scale, deviation])]));
  const others = shape(0).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const summed = (value: string): string => g.op('ReduceSum', [value, g.ints(others)], { keepdims: 0 });
  if (needs(1)) {
    const normal = g.op('Div', [g.op('Sub', [x, mean]), deviation]);
    add(1, summed(g.op('Mul', [dOut(), normal])));
  }
  if (needs(2)) add(2, summed(dOut()));
};
