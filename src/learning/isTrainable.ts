import { pinball } from '../nn/losses/pinball.js';
import { adam } from '../nn/optimisers/adam.js';
import { trainingGraph } from '../nn/trainingGraph.js';
import { decodeModel } from '../onnx/codec.js';

/** Whether a gradient reaches some weight of a model, which answers for these levels: a training step of it can be built. */
export function isTrainable(bytes: Uint8Array, levels: readonly number[]): boolean {
  try {
    const step = decodeModel(bytes);
    trainingGraph({ step, steps: 2, batch: 2, loss: pinball(levels), lossOn: 'every', optimiser: adam() });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
