/* JSON Schemas of the documents of api.ts; a test holds real answers to them. */

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const count: Schema = { type: 'integer', minimum: 0 };
const time: Schema = { type: 'integer', description: 'epoch milliseconds' };
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });
const share: Schema = { type: 'number', minimum: 0, maximum: 1 };
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** Every property is required but those named, and there are no others. */
const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const liveAccuracy = {
  forecasts: count,
  ...{ mae1: orNull(number), persistence1: orNull(number), mae: orNull(number), persistence: orNull(number) },
  ...{ coverage: orNull(share), skill1: orNull(number), skill: orNull(number) },
};

const forecast = {
  ...{ series: text, time, issued: time, model: text, horizon: { type: 'integer', minimum: 1 }, target_time: time },
  ...{ q10: orNull(number), q50: orNull(number), q90: orNull(number), actual: orNull(number) },
};

export const schemas: Readonly<Record<string, Schema>> = {
  Series: object(
    {
      ...{ series: text, cadence: count, season: orNull(count), model: orNull(text), readings: count },
      ...{ first_time: orNull(time), last_time: orNull(time), last_value: orNull(number) },
      ...liveAccuracy,
      next: { anyOf: [ref('Forecast'), { type: 'null' }], description: 'one step ahead, as last forecast' },
      spark: { type: 'array', items: ref('Reading'), description: 'the last readings, oldest first' },
    },
    Object.keys(liveAccuracy),
  ),
  Reading: object({ time, value: number }),
  Forecast: object(forecast),
  Accuracy: object({
    ...{ series: orNull(text), model: orNull(text), horizon: orNull(count), n: count, mae: orNull(number) },
    ...{ mase: orNull(number), pinball: orNull(number), crps: orNull(number), coverage: orNull(share) },
    ...{ nominal: orNull(share), width: orNull(number), skill_persistence: orNull(number) },
    skill_seasonal: orNull(number),
    weights: { type: ['object', 'null'], additionalProperties: share, description: 'by expert' },
  }),
  Weight: object({ series: text, time, issued: time, model: text, horizon: count, expert: text, weight: share }),
  Model: object({
    ...{ name: text, version: count, sha256: text, state: text, origin: text, created: time, parent: orNull(text) },
    ...{ series: count, forecasts: count, skill1: orNull(number), skill: orNull(number) },
  }),
  Decision: object({
    ...{ time, kind: text, model: text, series: orNull(text), verdict: text, reason: text },
    ...{ figures: { type: 'object' }, duration: { ...number, description: 'milliseconds' } },
  }),
  Node: object({ node: text, version: text, started: time, time, series: count }),
  Health: {
    type: 'object',
    properties: { status: { enum: ['ok', 'degraded'] }, reasons: { type: 'array', items: text } },
    required: ['status'],
    description: 'the document of the retained health topic; without a token where one is asked for, `status` alone',
  },
  Problem: object({ type: text, title: text, status: count, detail: text, code: text }),
};
