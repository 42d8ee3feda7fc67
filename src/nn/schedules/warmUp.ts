import type { Schedule } from './schedule.js';

/** A line from `from` up to 1 in `steps` steps, then `after`, which counts from its own beginning. */
export function warmUp({ steps, from = 0 }: { steps: number; from?: number }, after: Schedule): Schedule {
  return (step) => (step < steps ? from + ((1 - from) * step) / steps : after(step - steps));
}
