import type { Lowering } from './lowering.js';
import { recurrentLayer } from './recurrentLayer.js';

/**
 * Gates z, r, n:
 *
 *     z = f(Wz·x + Rz·h + bz)      r = f(Wr·x + Rr·h + br)
 *     n = g(Wn·x + Wbn + r ⊙ (Rn·h + Rbn))     linear_before_reset = 1, as PyTorch
 *     n = g(Wn·x + Wbn + Rn·(r ⊙ h) + Rbn)     linear_before_reset = 0, ONNX's default
 *     h' = n + z ⊙ (h − n)
 */
export const gru: Lowering = (g, node, inputs) => {
  const layer = recurrentLayer(g, node, inputs, ['Sigmoid', 'Tanh']);
  const { hiddenSize: H, R, Wb, Rb } = layer;
  const [gate, candidate] = layer.activations;
  const apart = (value: string, axis: number): readonly string[] =>
    g.ops(2, 'Split', [value, g.ints([2 * H, H])], { axis });
  const linear = Boolean(node.attributes.linear_before_reset);
  const bias = linear || !Wb || !Rb ? Wb : g.op('Add', [Wb, Rb]);
  const [Rgates, Rn] = linear ? [R, ''] : apart(R, 0);

  let h = layer.initial(5);
  const hidden = layer.projected(bias).map((projected) => {
    const [xGates, xn] = apart(projected, 1);
    const recurrent = g.op('Gemm', [h, Rgates, ...(linear && Rb ? [Rb] : [])], { transB: 1 });
    const [hGates, hn] = linear ? apart(recurrent, 1) : [recurrent, ''];
    const zr = gate(g.op('Add', [xGates, hGates]));
    const [z, r] = g.ops(2, 'Split', [zr, g.ints([H, H])], { axis: 1 });
    const n = candidate(
      linear ? g.op('Add', [xn, g.op('Mul', [r, hn])]) : g.op('Gemm', [g.op('Mul', [r, h]), Rn, xn], { transB: 1 }),
    );
    h = g.op('Add', [n, g.op('Mul', [z, g.op('Sub', [h, n])])]);
    return h;
  });
  return layer.outputs(hidden, [h]);
};
