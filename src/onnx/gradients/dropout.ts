import type { GradientRule } from './gradientRule.js';

/**
 * As in inference, where it passes everything: dX = dOut.
 *
 * @throws {TypeError} in training mode: a mask that nobody sees could not be drawn again on the way back.
 */
export const dropout: GradientRule = ({ g, node, dOut, add }) => {
  const training = node.inputs[2] ?? '';
  if (training !== '' && g.constants.get(training)?.data[0] !== 0)
    throw new TypeError('Dropout in training mode has no gradient here: multiply by a mask that is an input');
  add(0, dOut());
};
