import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import { tensorValues } from '../../src/onnx/tensor.js';
import { operators } from './operators.js';
import { size, type Tensor } from './tensor.js';

export type Feeds = Readonly<Record<string, readonly number[]>>;

/**
 * Evaluates a graph in plain float64 loops: slow, and written from the operators' definitions, not from the code under test.
 * Shapes are taken from the builder, which is thereby checked: a value must fill the shape it was given.
 */
export const interpretGraph = (g: GraphBuilder, feeds: Feeds): Map<string, Tensor> => interpreter(g)(feeds);

/** The same for one graph and many feeds. */
export function interpreter(g: GraphBuilder): (feeds: Feeds) => Map<string, Tensor> {
  const shape = (name: string): number[] => g.shape(name).map(Number);
  const fixed = new Map<string, Tensor>(g.constants);
  for (const tensor of g.model().graph!.initializer) {
    fixed.set(tensor.name!, { dims: tensor.dims, data: tensorValues(tensor) });
  }
  const nodes = g.nodes.map((node) => ({ node, dims: node.outputs.map(shape) }));
  return (feeds) => {
    const values = new Map(fixed);
    for (const [name, data] of Object.entries(feeds)) values.set(name, { dims: shape(name), data });
    for (const { node, dims } of nodes) {
      const inputs = node.inputs.map((name) => {
        const value = values.get(name);
        if (!value && name !== '') throw new Error(`interpretGraph: ${name} was not fed`);
        return value as Tensor;
      });
      const operator = operators[node.opType];
      if (!operator) throw new Error(`interpretGraph: ${node.opType} is not known`);
      for (const [i, tensor] of operator({ inputs, attributes: node.attributes, dims }).entries()) {
        if (tensor.data.length !== size(dims[i])) throw new Error(`${node.opType} does not fill [${dims[i]}]`);
        values.set(node.outputs[i], tensor);
      }
    }
    return values;
  };
}
