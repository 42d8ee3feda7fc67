import { type Stepper, stepBuffers } from '../../forecast/stepper.js';
import { plausibleRows } from './trialInputs.js';
import { TrialRefusal } from './trialRefusal.js';

const mostSteps = 20;

/** The fastest of several steps of one row, in processor time, so that a busy machine does not decide. @throws {TrialRefusal} latency */
export async function checkLatency(stepper: Stepper, budgetMs: number): Promise<void> {
  const buffers = stepBuffers(stepper.model, 1);
  const next = plausibleRows(4);
  let leastMs = Number.POSITIVE_INFINITY;
  for (let step = 0; step < mostSteps && leastMs > budgetMs; step++) {
    next(step, buffers.x, stepper.model.featureWidth);
    const before = process.cpuUsage();
    await stepper.step(1, buffers);
    const { user, system } = process.cpuUsage(before);
    leastMs = Math.min(leastMs, (user + system) / 1000);
  }
  if (leastMs > budgetMs)
    throw new TrialRefusal('latency', `a step of one series takes ${leastMs.toFixed(1)} ms, more than ${budgetMs} ms`);
}
