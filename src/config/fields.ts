import { z } from 'zod';
import { topicFilterProblem } from '../payloads/topicFilter.js';
import { parseBrokerUrl } from './brokerUrl.js';
import { durationPattern, formatDuration, parseDuration } from './duration.js';
import { parseListenAddress } from './listenAddress.js';
import { parseServerUrl } from './serverUrl.js';
import { parseSize, sizePattern } from './size.js';

/*
 * The leaves of the configuration. Every leaf answers any bad input with one message, "expected …": the reporter adds where it
 * stands and what it found. `title` names the kind in the reference and in editors.
 */

interface TextOptions {
  title: string;
  pattern?: string; // for editors; `accepts` decides
  accepts?: (value: string) => boolean;
}

export function text(expected: string, { title, pattern, accepts = (value) => value !== '' }: TextOptions) {
  const error = `expected ${expected}`;
  return z
    .string({ error })
    .refine(accepts, { error })
    .meta({ title, ...(pattern && { pattern }) });
}

export const filePath = () => text('a path', { title: 'path' });

export const whole = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error }).meta({ title: 'whole number' });
};

export const fraction = () => {
  const error = 'expected a number above 0, at most 1';
  return z.number({ error }).gt(0, { error }).lte(1, { error }).meta({ title: 'number' });
};

/** Quantile levels: increasing, within (0, 1), the median among them. */
export const quantileLevels = () => {
  const error = 'expected increasing quantile levels within 0 and 1 with 0.5 among them, such as [0.1, 0.5, 0.9]';
  return z
    .array(z.number({ error }).gt(0, { error }).lt(1, { error }), { error })
    .max(99, { error })
    .refine((levels) => levels.includes(0.5) && levels.every((level, i) => i === 0 || level > levels[i - 1]), { error })
    .meta({ title: 'list of numbers' });
};

export const yesNo = () => z.boolean({ error: 'expected true or false' }).meta({ title: 'true or false' });

export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `expected one of ${values.join(', ')}` });

/** A duration in milliseconds, `min` and `max` included. */
export function duration(min: number, max = Number.POSITIVE_INFINITY) {
  const bounds = [
    min > 0 && `at least ${formatDuration(min)}`,
    max < Number.POSITIVE_INFINITY && `at most ${formatDuration(max)}`,
  ];
  const error = ['expected a duration such as 250ms, 10s, 1h or 90d', ...bounds.filter(Boolean)].join(', ');
  return parsed(error, (input) => {
    const ms = parseDuration(input);
    return ms !== undefined && ms >= min && ms <= max ? ms : undefined;
  }).meta({ title: 'duration', pattern: durationPattern });
}

/** A duration in milliseconds, or `word` for none. */
export const durationOr = <T extends string>(word: T) =>
  parsed(`expected a duration such as 90d, or ${word}`, (input): number | T | undefined =>
    input === word ? word : parseDuration(input) || undefined,
  ).meta({ title: `duration or ${word}` });

export type Season = { steps: number } | { ms: number };

/** `auto` (0), a number of steps, or a duration. */
export const season = () =>
  parsed('expected auto, a number of steps such as 24, or a duration such as 1d', (input): Season | undefined => {
    if (input === 'auto') return { steps: 0 };
    if (typeof input === 'number')
      return Number.isInteger(input) && input >= 2 && input <= 100_000 ? { steps: input } : undefined;
    const ms = parseDuration(input);
    return ms ? { ms } : undefined;
  }).meta({ title: 'auto, steps or duration' });

export const size = (min: number) =>
  z
    .string({ error: sizeExpected })
    .transform((input, context) => parseSize(input) ?? fail(context, sizeExpected))
    .refine((bytes) => bytes >= min, { error: `expected a size of at least ${min}B` })
    .meta({ title: 'size', pattern: sizePattern });
const sizeExpected = 'expected a size such as 64KiB or 16MB';

export const brokerUrl = () => {
  const error = 'expected a broker URL such as mqtt://localhost:1883 (mqtt, mqtts, ws or wss)';
  return z
    .string({ error })
    .transform((input, context) => parseBrokerUrl(input) ?? fail(context, error))
    .meta({ title: 'URL', pattern: '^(mqtts?|wss?)://.+' });
};

const serverUrl = (error: string, protocols: readonly string[]) =>
  z
    .string({ error })
    .transform((input, context) => parseServerUrl(input, protocols) ?? fail(context, error))
    .meta({ title: 'URL', pattern: `^(${protocols.join('|')})://.+` });

/** One URL or several: the nodes of one cluster. */
export const amqpUrls = () => {
  const error = 'expected a URL such as amqp://localhost:5672 (amqp or amqps), or a list of them';
  const url = serverUrl(error, ['amqp', 'amqps']);
  return z
    .union([url, z.array(url, { error }).min(1, { error })], { error })
    .transform((value) => (Array.isArray(value) ? value : [value]))
    .meta({ title: 'URL or list of URLs' });
};

export const postgresUrl = () =>
  serverUrl('expected a URL such as postgres://localhost:5432/stepcast', ['postgres', 'postgresql']);

export const listenAddress = () => {
  const error = 'expected HOST:PORT such as 127.0.0.1:8080, or off';
  return z
    .string({ error })
    .transform((input, context) => (input === 'off' ? input : (parseListenAddress(input) ?? fail(context, error))))
    .meta({ title: 'HOST:PORT or off' });
};

export const hostAndPort = () => {
  const error = 'expected HOST:PORT such as hub:7000';
  return z
    .string({ error })
    .transform((input, context) => parseListenAddress(input) ?? fail(context, error))
    .meta({ title: 'HOST:PORT' });
};

export const topicFilter = () =>
  z
    .string({ error: 'expected an MQTT topic filter such as sensors/#' })
    .superRefine((filter, context) => {
      const problem = topicFilterProblem(filter);
      if (problem)
        context.addIssue({ code: 'custom', message: `expected an MQTT topic filter such as sensors/#: ${problem}` });
    })
    .meta({ title: 'topic filter' });

const name = () =>
  z.string().regex(/^[A-Za-z]\w*$/, { error: 'no name: it takes letters, digits and _, such as outdoor' });

/** Numbers by name. */
export const numbers = () =>
  z
    .record(name(), z.number({ error: 'expected a number' }), { error: 'expected a map of names to numbers' })
    .meta({ title: 'map of numbers' });

/** Series by the name they go by here: the series, or the series and when its values are known. */
export const covariates = () => {
  const error = 'expected the name of a series, or { series: NAME, known: past } or { series: NAME, known: future }';
  const series = text('the name of a series', { title: 'series' });
  const timed = z.strictObject({ series, known: choice(['past', 'future']).prefault('past') });
  const parsed = z
    .union([series, timed], { error })
    .transform((value) => (typeof value === 'string' ? { series: value, known: 'past' as const } : value));
  return z.record(name(), parsed, { error: 'expected a map of names to series' }).meta({ title: 'map of series' });
};

/** JSON paths: one string or a list of them. */
export const paths = () => {
  const error = 'expected a JSON path such as temperature or sensors.0.temp, or a list of them';
  const path = z.string({ error }).min(1, { error });
  return z
    .union([path, z.array(path, { error })], { error })
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .meta({ title: 'path or list of paths' });
};

/** One word for all fields of a stream, or a map of them by the name of the field. */
export const byField = <T extends z.ZodType<string, string>>(word: T, expected: string) =>
  z
    .union([word, z.record(z.string(), word)], { error: `expected ${expected}, or a map of fields to such` })
    .meta({ title: 'text or map of texts' });

function parsed<T>(error: string, parse: (input: string | number) => T | undefined) {
  return z
    .union([z.string(), z.number()], { error })
    .transform((input, context) => parse(input) ?? fail(context, error));
}

function fail(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
