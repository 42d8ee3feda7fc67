import { activate } from '../activation.js';
import { type Cell, gateParameters, inputSums, recurrentSums } from './cell.js';
import { isForgetGate } from './lstm.js';

/**
 * The sLSTM of xLSTM (Beck et al. 2024): what is written has an exponential gate, and n counts how much was. Gate order i, o, f, c.
 *
 *     i = exp(aᵢ + uᵢ)            what is written, as strongly as need be
 *     o = σ(aₒ + uₒ)              what is shown
 *     f = σ(a_f + u_f)            what is kept
 *     g = φ(a_c + u_c)            candidate
 *     c̄' = f ⊙ c̄ + i ⊙ g          n̄' = f ⊙ n̄ + i          h' = o ⊙ c̄' / n̄'
 *
 * Exponentials overflow, so the states are c = c̄·e⁻ᵐ and n = n̄·e⁻ᵐ, which leaves h' as it is:
 *
 *     m' = ⌈max(ln f + m, aᵢ + uᵢ)⌉
 *     c' = e^(ln f + m − m') ⊙ c + e^(aᵢ + uᵢ − m') ⊙ g         n' likewise, with 1 for g         h' = o ⊙ c' / max(n', 1e-6)
 *
 * Any m' near the maximum does; a whole one has no slope, so that no gradient runs through it, nor is any missing.
 */
export const slstm: Cell = {
  kind: 'slstm',
  gates: 4,
  states: ['h', 'c', 'n', 'm'],
  parameters: (shape) =>
    gateParameters(4, shape).map((parameter) =>
      parameter.name === 'b' ? { ...parameter, offset: isForgetGate(shape.hiddenSize) } : parameter,
    ),
  step(g, x, [h, c, n, m], p, shape) {
    const { hiddenSize, activation } = shape;
    const sums = g.op('Add', [inputSums(g, x, p, shape), recurrentSums(g, h, p, shape)]);
    const sizes = g.ints([hiddenSize, hiddenSize, hiddenSize, hiddenSize]);
    const [written, shown, forget, candidate] = g.ops(4, 'Split', [sums, sizes], { axis: 1 });
    const kept = g.op('Sub', [m, g.op('Softplus', [g.op('Neg', [forget])])]); // ln f + m
    const stabiliser = g.op('Ceil', [g.op('Max', [kept, written])]);
    const f = g.op('Exp', [g.op('Sub', [kept, stabiliser])]);
    const i = g.op('Exp', [g.op('Sub', [written, stabiliser])]);
    const content = activate(g, activation, candidate, p.slope);
    const cell = g.op('Add', [g.op('Mul', [f, c]), g.op('Mul', [i, content])]);
    const count = g.op('Add', [g.op('Mul', [f, n]), i]);
    const mean = g.op('Div', [cell, g.op('Max', [count, g.scalar(1e-6)])]);
    return [g.op('Mul', [g.op('Sigmoid', [shown]), mean]), cell, count, stabiliser];
  },
};
