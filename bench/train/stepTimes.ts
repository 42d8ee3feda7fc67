import { clockMs, percentile, significant } from '../support/measurement.js';
import { measuredSteps, warmUpSteps } from './problem.js';

export interface StepTimes {
  readonly median: number; // ms
  readonly p10: number; // ms: what the machine does when nothing else runs on it
  readonly loss: number; // after the last step
}

/** Times training steps. `step` is given t = 1, 2, … and answers with the loss. */
export async function stepTimes(step: (t: number) => Promise<number>): Promise<StepTimes> {
  const times: number[] = [];
  let loss = Number.NaN;
  for (let t = 1; t <= warmUpSteps + measuredSteps; t++) {
    const before = clockMs();
    loss = await step(t);
    if (t > warmUpSteps) times.push(clockMs() - before);
  }
  times.sort((a, b) => a - b);
  return {
    median: significant(percentile(times, 0.5)),
    p10: significant(percentile(times, 0.1)),
    loss: significant(loss, 6),
  };
}
