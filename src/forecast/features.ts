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

const outside = /^(covariate|static)\.([A-Za-z]\w*)$/;

/** Of a feature that is not of the series itself: what it is, and the name it goes by in the settings of a stream. */
export function outsideName(feature: string): { kind: 'covariate' | 'static'; name: string } | undefined {
  const [, kind, name] = outside.exec(feature) ?? [];
  return name === undefined ? undefined : { kind: kind as 'covariate' | 'static', name };
}

/** Whether the daemon can compute the feature called `name`. */
export const knownFeature = (name: string): boolean => featureNames.includes(name) || outside.test(name);

/** Whether a model must be told of the experts, or says what they leave over. */
export const standsOnExperts = ({ features, target }: Pick<ModelMetadata, 'features' | 'target'>): boolean =>
  target === 'residual' || features.some((name) => ofExperts.includes(name));

/** Columns of x that `features` take up, in order, at `horizon` steps; `covariates` says which of these are known ahead. */
export const featureWidth = (
  features: readonly string[],
  horizon: number,
  covariates: ModelMetadata['covariates'] = {},
): number => {
  const isAhead = (feature: string): boolean => covariates[outsideName(feature)?.name ?? ''] === 'future';
  return features.reduce((sum, name) => sum + (perStep.includes(name) || isAhead(name) ? horizon : 1), 0);
};
