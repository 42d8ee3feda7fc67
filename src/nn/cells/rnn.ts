import { type Cell, gateParameters } from './cell.js';

/** Elman: h' = tanh(W·x + R·h + b). */
export const rnn: Cell = {
  kind: 'rnn',
  gates: 1,
  states: ['h'],
  parameters: (inputSize, hiddenSize) => gateParameters(1, inputSize, hiddenSize),
  project: (_g, rows) => [rows],
  step: (g, [x], [h], { R }) => [g.op('Tanh', [g.op('Add', [x, g.op('MatMul', [h, R])])])],
};
