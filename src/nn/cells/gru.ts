import { activate } from '../activation.js';
import { type Cell, gateParameters, inputSums, recurrentSums } from './cell.js';

/**
 * Cho et al. (2014). Gate order z, r, n, as ONNX `GRU` with linear_before_reset = 1:
 *
 *     z  = σ(a_z + u_z)               update gate
 *     r  = σ(aᵣ + uᵣ)                 reset gate
 *     n  = φ(aₙ + r ⊙ (uₙ + c))       candidate state
 *     h' = n + z ⊙ (h − n)  =  (1 − z) ⊙ n + z ⊙ h
 *
 * c [H] is the one recurrent bias that is not the same as an input bias. φ is tanh unless said otherwise.
 */
export const gru: Cell = {
  kind: 'gru',
  gates: 3,
  states: ['h'],
  parameters: (shape) => [...gateParameters(3, shape), { name: 'c', shape: [shape.hiddenSize], scale: 1 }],
  step(g, x, [h], p, shape) {
    const { hiddenSize } = shape;
    const gatesAndCandidate = g.ints([2 * hiddenSize, hiddenSize]);
    const [xGates, xCandidate] = g.ops(2, 'Split', [inputSums(g, x, p, shape), gatesAndCandidate], { axis: 1 });
    const [hGates, hCandidate] = g.ops(2, 'Split', [recurrentSums(g, h, p, shape), gatesAndCandidate], { axis: 1 });
    const gates = g.op('Sigmoid', [g.op('Add', [xGates, hGates])]);
    const [z, r] = g.ops(2, 'Split', [gates, g.ints([hiddenSize, hiddenSize])], { axis: 1 });
    const reset = g.op('Mul', [r, g.op('Add', [hCandidate, p.c])]);
    const n = activate(g, shape.activation, g.op('Add', [xCandidate, reset]), p.slope);
    return [g.op('Add', [n, g.op('Mul', [z, g.op('Sub', [h, n])])])];
  },
};
