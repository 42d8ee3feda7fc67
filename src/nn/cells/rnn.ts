import { activate } from '../activation.js';
import { type Cell, gateParameters, inputSums, recurrentSums } from './cell.js';

/** Elman (1990): h' = φ(a + u), with a = W·x + b and u = R·h; φ is tanh unless said otherwise. */
export const rnn: Cell = {
  kind: 'rnn',
  gates: 1,
  states: ['h'],
  parameters: (shape) => gateParameters(1, shape),
  step(g, x, [h], p, shape) {
    const sums = g.op('Add', [inputSums(g, x, p, shape), recurrentSums(g, h, p, shape)]);
    return [activate(g, shape.activation, sums, p.slope)];
  },
};
