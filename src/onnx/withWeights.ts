import { ElementType, type ModelProto } from './modelProto.js';
import { floatTensor } from './tensor.js';

/** The same model with other numbers in those of its float32 initializers that are named. @throws {RangeError} for a wrong count of numbers. */
export function withWeights(model: ModelProto, weights: Readonly<Record<string, Float32Array>>): ModelProto {
  const graph = model.graph!;
  const initializer = graph.initializer.map((tensor) => {
    const data = weights[tensor.name ?? ''];
    return data && tensor.dataType === ElementType.float32 ? floatTensor(tensor.name!, tensor.dims, data) : tensor;
  });
  return { ...model, graph: { ...graph, initializer } };
}
