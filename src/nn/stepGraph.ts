import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { type Network, networkParameters, type Weights } from './network.js';
import { quantileHead } from './quantileHead.js';

/**
 * A network as a step model of the contract: x [batch, features] and states [batch, H] in, y [batch, horizon, levels] and
 * the next states out. `metadata` becomes the `stepcast` entry of the file.
 */
export function stepGraph(network: Network, weights: Weights, metadata: object): ModelProto {
  const { cell, hiddenSize, inputSize, horizon, levels } = network;
  const g = new GraphBuilder(`${cell.kind}-step`);
  const x = g.input('x', ['batch', inputSize]);
  const states = cell.states.map((name) => g.input(name, ['batch', hiddenSize]));
  const p = Object.fromEntries(
    networkParameters(network).map(({ name, shape }) => [name, g.weight(`${name}.weight`, shape, weights[name])]),
  );
  const projected = cell.project(g, g.op('Gemm', [x, p.W, p.b]), hiddenSize);
  const next = cell.step(g, projected, states, p, hiddenSize);
  const rows = quantileHead(g, network, x, next[0], p);
  const byLevel = g.op('Reshape', [rows, g.ints([0, levels.length, horizon])]);
  g.output('y', g.op('Transpose', [byLevel], { perm: [0, 2, 1] }));
  for (const [i, name] of cell.states.entries()) g.output(`${name}_next`, next[i]);
  return g.model({ stepcast: JSON.stringify(metadata) });
}
