import type { ModelProto } from './modelProto.js';

/** A model whose outputs are made under their own names, where they were copies of a value made under another. */
export function withoutCopies(model: ModelProto): ModelProto {
  const { graph } = model;
  if (!graph) return model;
  const outputs = new Set(graph.output.map(({ name }) => name));
  const made = new Set(graph.node.flatMap(({ opType, output }) => (opType === 'Constant' ? [] : output)));
  const copies = new Map<string, string>();
  for (const { opType, input, output } of graph.node) {
    const [from, to] = [input[0], output[0]];
    if (opType === 'Identity' && outputs.has(to) && made.has(from) && !outputs.has(from) && !copies.has(from))
      copies.set(from, to);
  }
  const own = (name: string): string => copies.get(name) ?? name;
  const node = graph.node
    .filter(({ opType, input, output }) => opType !== 'Identity' || copies.get(input[0]) !== output[0])
    .map((each) => ({ ...each, input: each.input.map(own), output: each.output.map(own) }));
  return { ...model, graph: { ...graph, node } };
}
