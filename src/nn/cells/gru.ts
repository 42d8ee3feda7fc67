import { type Cell, gateParameters } from './cell.js';

/**
 * Gate order z, r, n, as ONNX `GRU` with linear_before_reset = 1:
 *
 *     z  = σ(Wz·x + Rz·h + bz)             update gate
 *     r  = σ(Wr·x + Rr·h + br)             reset gate
 *     n  = tanh(Wn·x + bn + r ⊙ (Rn·h + c))  candidate state
 *     h' = n + z ⊙ (h − n)
 *
 * c [H] is the one recurrent bias that is not the same as an input bias.
 */
export const gru: Cell = {
  kind: 'gru',
  gates: 3,
  states: ['h'],
  parameters: (inputSize, hiddenSize) => [
    ...gateParameters(3, inputSize, hiddenSize),
    { name: 'c', shape: [hiddenSize], scale: 1 },
  ],
  project: (g, rows, hiddenSize) => g.ops(2, 'Split', [rows, g.ints([2 * hiddenSize, hiddenSize])], { axis: 1 }),
  step(g, [xGates, xCandidate], [h], { R, c }, hiddenSize) {
    const recurrent = g.op('MatMul', [h, R]);
    const [hGates, hCandidate] = g.ops(2, 'Split', [recurrent, g.ints([2 * hiddenSize, hiddenSize])], { axis: 1 });
    const gates = g.op('Sigmoid', [g.op('Add', [xGates, hGates])]);
    const [z, r] = g.ops(2, 'Split', [gates, g.ints([hiddenSize, hiddenSize])], { axis: 1 });
    const reset = g.op('Mul', [r, g.op('Add', [hCandidate, c])]);
    const n = g.op('Tanh', [g.op('Add', [xCandidate, reset])]);
    return [g.op('Add', [n, g.op('Mul', [z, g.op('Sub', [h, n])])])];
  },
};
