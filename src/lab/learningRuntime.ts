import { createGraphRunner } from '../inference/graphRunner.js';
import { describeModel } from '../inference/loadModel.js';
import { createOrtStepper } from '../inference/ortStepper.js';
import type { LearningRuntime } from '../learning/learningRuntime.js';
import { decodeModel } from '../onnx/codec.js';

/** Learning on the ONNX Runtime of this thread. */
export const learningRuntime = (breathe: () => Promise<void>): LearningRuntime => ({
  openGraph: createGraphRunner,
  async openModel(bytes, subject) {
    const stepper = await createOrtStepper(await describeModel(subject, bytes, decodeModel(bytes)), bytes, {
      maxBatch: 1,
    });
    return { stepper, release: () => stepper.release() };
  },
  breathe,
});
