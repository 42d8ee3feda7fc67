import { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import { inline } from '../../src/onnx/inline.js';
import type { ModelProto } from '../../src/onnx/modelProto.js';
import { readGraph } from '../../src/onnx/readGraph.js';
import { interpretGraph } from './interpretGraph.js';

/** The outputs of a file of fixed shapes, in float64. Feeds it does not know are left aside. Weights that are not fed are the file's own. */
export function interpretModel(
  model: ModelProto,
  feeds: Readonly<Record<string, readonly number[]>>,
): Map<string, readonly number[]> {
  const graph = readGraph(model);
  const g = new GraphBuilder('interpreted');
  const given: Record<string, string> = {};
  const all: Record<string, readonly number[]> = {};
  for (const { name, shape } of graph.inputs) {
    given[name] = g.input(name, shape);
    all[name] = feeds[name];
  }
  for (const [name, { dims, data }] of graph.weights) {
    given[name] = g.input(name, dims);
    all[name] = feeds[name] ?? [...data];
  }
  const values = inline(g, graph, given);
  const found = interpretGraph(g, all);
  return new Map(graph.outputs.map(({ name }) => [name, found.get(values.get(name)!)!.data]));
}
