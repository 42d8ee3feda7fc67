import { nodeTitle } from '../graphNode.js';
import type { Lowering } from './lowering.js';
import { recurrentLayer } from './recurrentLayer.js';

/**
 * Gates i, o, f, c:
 *
 *     i = f(Wi·x + Ri·h + bi)     o = f(Wo·x + Ro·h + bo)     f = f(Wf·x + Rf·h + bf)     c̃ = g(Wc·x + Rc·h + bc)
 *     c' = f ⊙ c + i ⊙ c̃         h' = o ⊙ h(c')
 */
export const lstm: Lowering = (g, node, inputs) => {
  if ((inputs[7] ?? '') !== '') throw new TypeError(`${nodeTitle(node)}: peepholes are not known`);
  const layer = recurrentLayer(g, node, inputs, ['Sigmoid', 'Tanh', 'Tanh']);
  const { hiddenSize: H, R, Wb, Rb } = layer;
  const [gate, candidate, shown] = layer.activations;

  let [h, c] = [layer.initial(5), layer.initial(6)];
  const hidden = layer.projected(Wb && Rb ? g.op('Add', [Wb, Rb]) : undefined).map((projected) => {
    const sums = g.op('Gemm', [h, R, projected], { transB: 1 });
    const [gateSums, candidateSum] = g.ops(2, 'Split', [sums, g.ints([3 * H, H])], { axis: 1 });
    const [i, o, f] = g.ops(3, 'Split', [gate(gateSums), g.ints([H, H, H])], { axis: 1 });
    c = g.op('Add', [g.op('Mul', [f, c]), g.op('Mul', [i, candidate(candidateSum)])]);
    h = g.op('Mul', [o, shown(c)]);
    return h;
  });
  return layer.outputs(hidden, [h, c]);
};
