const near = 4; // steps up to here are all learned
const growth = 1.4; // of one to the next, beyond

/**
 * The horizon steps at which blend and calibration learn: all near by, farther ones ever farther apart, and the last (for 24: 1, 2, 3, 4,
 * 6, 8, 11, 15, 21, 24). What holds between two of them lies on the line between the two: neighbouring far steps have nearly the same errors.
 */
export interface LearnedSteps {
  readonly horizon: number;
  readonly steps: readonly number[]; // ascending
  readonly rowOf: readonly number[]; // by h − 1: place among `steps` of the last one that is not beyond h
  readonly share: readonly number[]; // by h − 1: how far h is on the way from it to the next; 0 at a learned step
}

const known = new Map<number, LearnedSteps>(); // the same for every series

export function learnedSteps(horizon: number): LearnedSteps {
  let found = known.get(horizon);
  if (!found) known.set(horizon, (found = spaced(horizon)));
  return found;
}

function spaced(horizon: number): LearnedSteps {
  const steps: number[] = [];
  for (let h = 1; h <= horizon; h = h < near ? h + 1 : Math.max(h + 1, Math.round(growth * h))) steps.push(h);
  const [before, last] = [steps.at(-2) ?? 0, steps.at(-1)!];
  if (horizon - last < 0.5 * (last - before)) steps.pop();
  if (steps.at(-1) !== horizon) steps.push(horizon);
  const all = Array.from({ length: horizon }, (_, i) => i + 1);
  const rowOf = all.map((h) => steps.findLastIndex((step) => step <= h));
  const share = all.map((h, i) => {
    const from = steps[rowOf[i]];
    return h === from ? 0 : (h - from) / (steps[rowOf[i] + 1] - from);
  });
  return { horizon, steps, rowOf, share };
}
