import type { Lowering } from './lowering.js';
import { recurrentLayer } from './recurrentLayer.js';

/** h' = f(W·x + R·h + b). */
export const rnn: Lowering = (g, node, inputs) => {
  const layer = recurrentLayer(g, node, inputs, ['Tanh']);
  const { R, Wb, Rb } = layer;
  const [activation] = layer.activations;

  let h = layer.initial(5);
  const hidden = layer.projected(Wb && Rb ? g.op('Add', [Wb, Rb]) : undefined).map((projected) => {
    h = activation(g.op('Gemm', [h, R, projected], { transB: 1 }));
    return h;
  });
  return layer.outputs(hidden, [h]);
};
