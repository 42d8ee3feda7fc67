import { activate } from '../activation.js';
import { layerNorm } from '../norms/layerNorm.js';
import { type Cell, gateParameters, inputSums, recurrentSums } from './cell.js';

/** Of biases in gate order i, o, f, c: 1 for those of f, else 0. */
export const isForgetGate =
  (hiddenSize: number) =>
  (index: number): number =>
    Number(Math.floor(index / hiddenSize) === 2);

/**
 * Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000). Gate order i, o, f, c, as ONNX `LSTM`:
 *
 *     i = σ(aᵢ + uᵢ)              what is written
 *     o = σ(aₒ + uₒ)              what is shown
 *     f = σ(a_f + u_f)            what is kept; b_f starts one higher, so that a new network remembers
 *     g = φ(a_c + u_c)            candidate
 *     c' = f ⊙ c + i ⊙ g          h' = o ⊙ φ(c')
 *
 * φ is tanh unless said otherwise. With layer normalisation h' = o ⊙ φ(LN(c')·gainC + biasC).
 */
export const lstm: Cell = {
  kind: 'lstm',
  gates: 4,
  states: ['h', 'c'],
  parameters(shape) {
    const { hiddenSize } = shape;
    const shared = gateParameters(4, shape).map((parameter) =>
      parameter.name === 'b' ? { ...parameter, offset: isForgetGate(hiddenSize) } : parameter,
    );
    if (!shape.layerNorm) return shared;
    return [
      ...shared,
      { name: 'gainC', shape: [hiddenSize], scale: 0, offset: () => 1 },
      { name: 'biasC', shape: [hiddenSize], scale: 0 },
    ];
  },
  step(g, x, [h, c], p, shape) {
    const { hiddenSize, activation } = shape;
    const sums = g.op('Add', [inputSums(g, x, p, shape), recurrentSums(g, h, p, shape)]);
    const [gateSums, candidateSum] = g.ops(2, 'Split', [sums, g.ints([3 * hiddenSize, hiddenSize])], { axis: 1 });
    const gates = g.op('Sigmoid', [gateSums]);
    const [i, o, f] = g.ops(3, 'Split', [gates, g.ints([hiddenSize, hiddenSize, hiddenSize])], { axis: 1 });
    const candidate = activate(g, activation, candidateSum, p.slope);
    const next = g.op('Add', [g.op('Mul', [f, c]), g.op('Mul', [i, candidate])]);
    const shown = shape.layerNorm ? layerNorm(g, next, p.gainC, p.biasC) : next;
    return [g.op('Mul', [o, activate(g, activation, shown, p.slope)]), next];
  },
};
