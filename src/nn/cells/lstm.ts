import { type Cell, gateParameters } from './cell.js';

/**
 * Gate order i, o, f, c, as ONNX `LSTM`:
 *
 *     i = σ(Wi·x + Ri·h + bi)     what is written
 *     o = σ(Wo·x + Ro·h + bo)     what is shown
 *     f = σ(Wf·x + Rf·h + bf)     what is kept; bf starts one higher, so that a new network remembers
 *     g = tanh(Wc·x + Rc·h + bc)  candidate
 *     c' = f ⊙ c + i ⊙ g          h' = o ⊙ tanh(c')
 */
export const lstm: Cell = {
  kind: 'lstm',
  gates: 4,
  states: ['h', 'c'],
  parameters: (inputSize, hiddenSize) =>
    gateParameters(4, inputSize, hiddenSize).map((parameter) =>
      parameter.name === 'b'
        ? { ...parameter, offset: (i: number) => (i >= 2 * hiddenSize && i < 3 * hiddenSize ? 1 : 0) }
        : parameter,
    ),
  project: (_g, rows) => [rows],
  step(g, [x], [h, c], { R }, hiddenSize) {
    const sums = g.op('Add', [x, g.op('MatMul', [h, R])]);
    const [gateSums, candidateSum] = g.ops(2, 'Split', [sums, g.ints([3 * hiddenSize, hiddenSize])], { axis: 1 });
    const gates = g.op('Sigmoid', [gateSums]);
    const [i, o, f] = g.ops(3, 'Split', [gates, g.ints([hiddenSize, hiddenSize, hiddenSize])], { axis: 1 });
    const next = g.op('Add', [g.op('Mul', [f, c]), g.op('Mul', [i, g.op('Tanh', [candidateSum])])]);
    return [g.op('Mul', [o, g.op('Tanh', [next])]), next];
  },
};
