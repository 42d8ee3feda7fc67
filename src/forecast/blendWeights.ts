import { expertNames } from './expertNames.js';

/** Whose weights are told, in this order: the experts, and beside them the network and what other series say. */
export const weighedNames = [...expertNames, 'network', 'covariates'] as const;

const kept = 4;

/** The horizon steps whose weights are stored with a forecast: at most four, from 1 to `horizon` in equal ratios. Ascending. */
export const weighedSteps = (horizon: number): readonly number[] => [
  ...new Set(Array.from({ length: kept }, (_, i) => Math.round(horizon ** (i / (kept - 1))))),
];

/** Which of `steps` (weighedSteps) speaks for step h: its index, that of the nearest by ratio, the shorter one of two. */
export function weighedPlace(steps: readonly number[], h: number): number {
  const distance = (step: number): number => Math.abs(Math.log(step / h));
  return steps.reduce((best, step, i) => (distance(step) < distance(steps[best]) ? i : best), 0);
}
