import { z } from 'zod';
import { featureNames, knownFeature } from '../forecast/features.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import type { ContractError } from './contractError.js';

const positive = z.number().int().positive();

/** Keys beyond these are allowed: a document may say more about a model than this version reads. */
const schema = z.object({
  contract: z.literal(1),
  cell: z.string().min(1),
  features: z.array(z.string()).min(1),
  target: z.enum(['value', 'change', 'residual']),
  horizon: positive.max(10_000),
  levels: z
    .array(z.number().gt(0).lt(1))
    .min(1)
    .refine((levels) => levels.every((level, i) => i === 0 || level > levels[i - 1]), 'levels must increase'),
  season: z.number().int().nonnegative().optional(),
  covariates: z.record(z.string(), z.enum(['past', 'future'])).optional(),
  name: z.string().min(1).optional(),
  version: positive.optional(),
  label: z.looseObject({ column: z.string() }).optional(), // of a model that answers once, for a whole sequence
});

/** The metadata document of a model. Every feature it asks for is one this version computes. @throws what `fail` makes. */
export function parseMetadata(text: string, fail: ContractError): ModelMetadata {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw fail('its metadata is no JSON document');
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fail(`its metadata is wrong at ${issue.path.join('.') || 'the top'}: ${issue.message}`);
  }
  const { label } = parsed.data;
  if (label) {
    const what = 'classes' in label ? 'classes' : 'a number';
    throw fail(
      `it answers with ${what} for column ${label.column}, not with forecasts`,
      'see docs/tasks/many-to-one.md',
    );
  }
  const unknown = parsed.data.features.filter((name) => !knownFeature(name));
  if (unknown.length > 0) {
    throw fail(
      `it asks for unknown features: ${unknown.join(', ')}`,
      `known features: ${featureNames.join(', ')}, covariate.NAME, static.NAME`,
    );
  }
  return parsed.data;
}
