import { encodeModel } from './codec.js';
import type { ModelProto } from './modelProto.js';
import { oldestForm } from './oldestForm.js';
import { withoutCopies } from './withoutCopies.js';

/** A graph as bytes for ONNX Runtime, in the form that it makes a session of soonest. What it computes stays the same, bit for bit. */
export const encodeForRun = (model: ModelProto): Uint8Array<ArrayBuffer> =>
  encodeModel(oldestForm(withoutCopies(model)));
