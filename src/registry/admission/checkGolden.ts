import { type Stepper, stepBuffers } from '../../forecast/stepper.js';
import type { GoldenVectors } from '../push/pushManifest.js';
import { TrialRefusal } from './trialRefusal.js';

/** Whether a model answers known inputs as its maker says, one step after another from a state of zeros. @throws {TrialRefusal} golden */
export async function checkGolden(stepper: Stepper, { steps, x, y, tolerance }: GoldenVectors): Promise<void> {
  const { featureWidth, metadata } = stepper.model;
  const answers = metadata.horizon * metadata.levels.length;
  const inputs = decoded('x', x, steps * featureWidth);
  const expected = decoded('y', y, steps * answers);
  const buffers = stepBuffers(stepper.model, 1);
  for (let step = 0; step < steps; step++) {
    buffers.x.set(inputs.subarray(step * featureWidth, (step + 1) * featureWidth));
    await stepper.step(1, buffers);
    for (let i = 0; i < answers; i++) {
      const [found, wanted] = [buffers.y[i], expected[step * answers + i]];
      if (Math.abs(found - wanted) <= tolerance) continue; // false of what is no number
      throw new TrialRefusal('golden', `at step ${step} y[${i}] is ${found}, and must be ${wanted} ± ${tolerance}`);
    }
  }
}

/** The vectors of a model: its own answers to `x` [steps, columns of x]. */
export async function goldenOf(stepper: Stepper, x: Float32Array, tolerance: number): Promise<GoldenVectors> {
  const { featureWidth } = stepper.model;
  const steps = x.length / featureWidth;
  const buffers = stepBuffers(stepper.model, 1);
  const y = new Float32Array(steps * buffers.y.length);
  for (let step = 0; step < steps; step++) {
    buffers.x.set(x.subarray(step * featureWidth, (step + 1) * featureWidth));
    await stepper.step(1, buffers);
    y.set(buffers.y, step * buffers.y.length);
  }
  return { steps, x: encoded(x), y: encoded(y), tolerance };
}

function encoded(values: Float32Array): string {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString('base64');
}

function decoded(name: string, text: string, count: number): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== count * 4)
    throw new TrialRefusal('golden', `its ${name} has ${bytes.length} bytes, and must have ${count * 4}`);
  return Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(i * 4));
}
