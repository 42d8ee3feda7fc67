import type { ModelMetadata } from './modelContract.js';

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
/** Those that come from the experts. */
const ofExperts = ['error', 'linear', 'holtwinters', 'blend'];

export const featureNames: readonly string[] = [...single, ...perStep];

/** Whether the daemon can compute the feature called `name`. */
export const knownFeature = (name: string): boolean => featureNames.includes(name);

/** Whether a model must be told of the experts, or says what they leave over. */
export const standsOnExperts = ({ features, target }: Pick<ModelMetadata, 'features' | 'target'>): boolean =>
  target === 'residual' || features.some((name) => ofExperts.includes(name));

/** Columns of x that `features` take up, in order, at `horizon` steps. */
export const featureWidth = (features: readonly string[], horizon: number): number =>
  features.reduce((sum, name) => sum + (perStep.includes(name) ? horizon : 1), 0);
