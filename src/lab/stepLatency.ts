import { stepBuffers } from '../forecast/stepper.js';
import { loadModel } from '../inference/loadModel.js';
import { createOrtStepper } from '../inference/ortStepper.js';

const [warmUp, samples] = [300, 500];

/** Median microseconds of one step of one series, as the daemon steps it. */
export async function stepLatency(path: string): Promise<number> {
  const { model, bytes } = await loadModel(path);
  const stepper = await createOrtStepper(model, bytes, { maxBatch: 1 });
  const buffers = stepBuffers(model, 1);
  const micros: number[] = [];
  for (let i = 0; i < warmUp + samples; i++) {
    const before = performance.now();
    await stepper.step(1, buffers);
    if (i >= warmUp) micros.push(1000 * (performance.now() - before));
  }
  await stepper.release();
  return micros.sort((a, b) => a - b)[samples >> 1];
}
