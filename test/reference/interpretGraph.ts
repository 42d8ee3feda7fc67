import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import { tensorValues } from '../../src/onnx/tensor.js';
import { operators } from './operators.js';
import { size, type Tensor } from './tensor.js';

/**
 * Evaluates a graph in plain float64 loops: slow, and written from the operators' definitions, not from the code under test.
 * Shapes are taken from the builder, which is thereby checked: a value must fill the shape it was given.
 */
export function interpretGraph(
  g: GraphBuilder,
  feeds: Readonly<Record<string, readonly number[]>>,
): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  const shape = (name: string): number[] => g.shape(name).map(Number);
  for (const [name, data] of Object.entries(feeds)) values.set(name, { dims: shape(name), data });
  for (const tensor of g.model().graph!.initializer) {
    values.set(tensor.name!, { dims: tensor.dims, data: tensorValues(tensor) });
  }
  for (const [name, constant] of g.constants) values.set(name, constant);
  for (const node of g.nodes) {
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (!value && name !== '') throw new Error(`interpretGraph: ${name} was not fed`);
      return value as Tensor;
    });
    const operator = operators[node.opType];
    if (!operator) throw new Error(`interpretGraph: ${node.opType} is not known`);
    const dims = node.outputs.map(shape);
    for (const [i, tensor] of operator({ inputs, attributes: node.attributes, dims }).entries()) {
      if (tensor.data.length !== size(dims[i])) throw new Error(`${node.opType} does not fill [${dims[i]}]`);
      values.set(node.outputs[i], tensor);
    }
  }
  return values;
}
