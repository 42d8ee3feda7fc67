import type { ModelProto } from '../onnx/modelProto.js';
import type { StateLayout } from './recurrentStates.js';

/** The states of a step model: inputs S that have an output S_next, with their batch axis as −1. */
export function stateLayouts(step: ModelProto): StateLayout[] {
  const { input, output } = step.graph!;
  const outputs = new Set(output.map(({ name }) => name));
  return input
    .filter(({ name }) => outputs.has(`${name}_next`))
    .map(({ name, type }) => ({
      name,
      dims: (type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => dimValue || -1),
    }));
}
