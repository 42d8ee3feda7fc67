/** A value that a step hands to the next one: what `next` is at step t, `input` is at step t + direction. */
export interface Recurrence {
  readonly input: string;
  readonly next: string;
  readonly direction: 1 | -1;
  /** The value of `input` at the first step in that direction, in the graph the step is unrolled into. */
  readonly initial: () => string;
}
