/** The factor on the learning rate of one training step; `step` counts those before it: 0, 1, 2, … */
export type Schedule = (step: number) => number;
