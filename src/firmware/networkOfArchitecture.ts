import { type Architecture, outputWidth } from '../nn/architecture.js';
import { layerShapes } from '../nn/architectureParameters.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { readGraph } from '../onnx/readGraph.js';
import { type DeviceActivation, type DeviceLayer, type DeviceNetwork, rowsOf, withInputs } from './deviceNetwork.js';
import type { Refusal } from './refusal.js';

const epsilon = 1e-5; // of batch normalisation

/** A file that was built here: its weights have the names of its parameters. @throws what `refuse` makes. */
export function networkOfArchitecture(a: Architecture, proto: ModelProto, refuse: Refusal): DeviceNetwork {
  refuseParts(a, refuse);
  const { weights } = readGraph(proto);
  const numbers = (name: string): Float32Array => {
    const weight = weights.get(name);
    if (!weight) throw refuse(`its weights are not those of its architecture: ${name} is missing`);
    return weight.data;
  };
  const { hiddenSize: H, horizon, gated } = a;
  const outputs = horizon * outputWidth(a);
  const cell = a.cell as DeviceLayer['cell'];
  const layers = layerShapes(a).map(({ inputSize }, k): DeviceLayer => {
    const part = (name: string): Float32Array => numbers(`layer${k + 1}.${name}`);
    const width = part('b').length;
    return {
      ...{ cell, hidden: H },
      x: rowsOf(part('W'), inputSize, width, part('b')),
      h: rowsOf(part('R'), H, width),
      c: cell === 'gru' ? part('c') : new Float32Array(),
    };
  });
  if (a.inputNorm === 'batch') {
    const [gain, bias, mean, variance] = ['gain', 'bias', 'mean', 'variance'].map((name) => numbers(`norm.${name}`));
    const scale = gain.map((each, i) => each / Math.sqrt(variance[i] + epsilon));
    const shift = bias.map((each, i) => each - mean[i] * scale[i]);
    layers[0] = { ...layers[0], x: withInputs(layers[0].x, scale, shift) };
  }
  const gates = gated.length * horizon;
  const hasDense = a.headActivation !== 'none';
  return {
    ...{ columns: a.inputSize, horizon, levels: outputWidth(a), layers, residual: a.residual, gated },
    activation: a.cellActivation as DeviceActivation,
    ...(hasDense && {
      dense: {
        activation: a.headActivation as DeviceActivation,
        rows: rowsOf(numbers('head.D'), H, H, numbers('head.d')),
      },
    }),
    head: rowsOf(numbers('head.V'), H, outputs, numbers('head.v')),
    ...(a.direct && { direct: rowsOf(numbers('head.U'), a.inputSize, outputs) }),
    gates: rowsOf(gates > 0 ? numbers('head.A') : [], H, gates, gates > 0 ? numbers('head.a') : []),
  };
}

function refuseParts(a: Architecture, refuse: Refusal): void {
  const parts: [boolean, string, string][] = [
    [a.cell === 'slstm', 'an sLSTM cell', '--cell gru'],
    [a.cellNorm !== 'none', 'layer normalisation in its cells', '--norm none, or --norm batch'],
    [a.attention !== 'none', 'attention', '--attention none'],
    [a.head === 'decoder', 'a decoder', 'the default --task'],
    [a.cellActivation === 'prelu' || a.headActivation === 'prelu', 'PReLU', '--activation tanh'],
    [a.classes > 0, 'classes for its answers', 'the default --task'],
  ];
  for (const [isThere, what, instead] of parts)
    if (isThere) throw refuse(`it has ${what}, which the device library does not run`, `train it with ${instead}`);
}
