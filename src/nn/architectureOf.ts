import type { ModelProto } from '../onnx/modelProto.js';
import { type Architecture, architecture } from './architecture.js';
import { architectureKey } from './buildStepModel.js';

/** What a file was built from, or undefined when it was not built here. @throws {RangeError} for an impossible one. */
export function architectureOf(model: ModelProto): Architecture | undefined {
  const entry = model.metadataProps?.find(({ key }) => key === architectureKey);
  return entry && architecture(JSON.parse(entry.value));
}
