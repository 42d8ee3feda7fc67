/** Columns of x that hold one number a series. Formulas: docs/models.md. */
const single = [
  'value',
  'diff',
  'missing',
  'elapsed',
  'error',
  'day.sin',
  'day.cos',
  'week.sin',
  'week.cos',
  'weekend',
];
/** Columns of x that hold one number a horizon step. */
const perStep = ['season', 'linear', 'holtwinters', 'blend'];
/** Those that this version computes. */
const computed = new Set([...single.filter((name) => name !== 'error'), 'season']);

/** Whether the daemon can compute the feature called `name`. */
export const knownFeature = (name: string): boolean => computed.has(name);

export const featureNames: readonly string[] = [...computed];

/** Columns of x that `features` take up, in order, at `horizon` steps. */
export const featureWidth = (features: readonly string[], horizon: number): number =>
  features.reduce((sum, name) => sum + (perStep.includes(name) ? horizon : 1), 0);
