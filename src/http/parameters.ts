import { nearestFew } from '../config/nearest.js';
import { parseTime } from '../config/parseTime.js';
import { StepcastError } from '../errors.js';
import type { Place } from './questions.js';

/** One parameter of a query string: how it is read, and how openapi.json describes it. */
export interface Parameter<T> {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly expected: string;
  readonly required?: boolean;
  /** Undefined for what it does not take. */
  readonly parse: (text: string, nowMs: number) => T | undefined;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T | undefined : never;
};

const longest = 1024; // characters

export const name = (description: string, required = false): Parameter<string> => ({
  ...{ description, required, expected: 'a name', schema: { type: 'string', maxLength: longest } },
  parse: (text) => (text !== '' && text.length <= longest ? text : undefined),
});

export const moment = (description: string): Parameter<number> => ({
  description: `${description}: ISO 8601, epoch milliseconds, or relative such as -6h`,
  expected: 'ISO 8601 such as 2026-01-31T12:00Z, epoch milliseconds, or relative such as -6h',
  schema: { type: 'string', examples: ['-6h', '2026-01-31T12:00Z', '1769860800000'] },
  parse: (text, nowMs) => parseTime(plusRestored(text), nowMs),
});

export const issued: Parameter<'latest' | 'all' | number> = {
  description: 'latest: for each target the newest forecast; all: every one; a time, or now: the one in force then',
  expected: 'latest, all, now, or a time',
  schema: { type: 'string', default: 'latest', examples: ['latest', 'all', 'now', '-6h', '1769860800000'] },
  parse: (text, nowMs) => (text === 'latest' || text === 'all' ? text : parseTime(plusRestored(text), nowMs)),
};

export const whole = (description: string, min: number, max: number, fallback?: number): Parameter<number> => ({
  description,
  expected: `a whole number from ${min} to ${max}`,
  schema: { type: 'integer', minimum: min, maximum: max, ...(fallback !== undefined && { default: fallback }) },
  parse: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
});

export const steps: Parameter<readonly (number | null)[]> = {
  description: 'steps ahead such as 1,6,24, or all, for all of them in one row',
  expected: 'all, or steps ahead such as 1 or 1,6,24',
  schema: { type: 'string', examples: ['1,6,24', 'all'] },
  parse: (text) => {
    if (text === 'all') return [null];
    if (!/^\d{1,4}(,\d{1,4}){0,31}$/.test(text)) return undefined;
    const found = [...new Set(text.split(',').map(Number))].sort((a, b) => a - b);
    return found[0] >= 1 && found[found.length - 1] <= 1024 ? found : undefined;
  },
};

export const onOff = (description: string, fallback: 'on' | 'off'): Parameter<boolean> => ({
  ...{ description, expected: 'on or off', schema: { type: 'string', enum: ['on', 'off'], default: fallback } },
  parse: (text) => (text === 'on' ? true : text === 'off' ? false : undefined),
});

/** Where the next page begins: only the header Link of an answer says it. */
export const after: Parameter<Place | string> = {
  description: 'where the page begins, as the header Link of the one before says',
  expected: 'what the header Link of the page before says',
  schema: { type: 'string' },
  parse: (text) => {
    try {
      const found: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
      return typeof found === 'string' || isPlace(found) ? found : undefined;
    } catch {
      return undefined;
    }
  },
};

export const toAfter = (next: Place | string): string => Buffer.from(JSON.stringify(next)).toString('base64url');

/** @throws {StepcastError} QUERY_INVALID, with the first thing that is wrong and what was expected. */
export function readParameters<P extends Parameters>(
  parameters: P,
  query: Readonly<Record<string, unknown>>,
  nowMs: number,
): Values<P> {
  for (const given of Object.keys(query)) {
    if (Object.hasOwn(parameters, given)) continue;
    const shown = given.slice(0, 64);
    const names = Object.keys(parameters);
    const [near] = nearestFew(shown, names, 1);
    const all = `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
    throw invalid(shown, 'there is no such parameter', near === undefined ? all : `did you mean ${near}? ${all}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, { required, expected, parse }] of Object.entries(parameters)) {
    const text = query[name];
    if (text === undefined) {
      if (required) throw invalid(name, 'it must be given', `expected ${expected}`);
      continue;
    }
    const value = typeof text === 'string' ? parse(text, nowMs) : undefined;
    if (value === undefined) {
      const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 64)) : 'several values';
      throw invalid(name, `expected ${expected}, got ${shown}`);
    }
    values[name] = value;
  }
  const { from, to } = values;
  if (typeof from === 'number' && typeof to === 'number' && from > to)
    throw invalid('from', 'it must not be later than to');
  return values as Values<P>;
}

/** The same of a JSON object, where times and counts may be numbers. */
export const readDocument = <P extends Parameters>(
  parameters: P,
  document: Readonly<Record<string, unknown>>,
  nowMs: number,
): Values<P> => {
  const given = Object.entries(document).filter(([, value]) => value !== null);
  const texts = given.map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]);
  return readParameters(parameters, Object.fromEntries(texts), nowMs);
};

const isPlace = (found: unknown): found is Place =>
  typeof found === 'object' &&
  found !== null &&
  Number.isSafeInteger((found as Place).fromMs) &&
  Number.isSafeInteger((found as Place).skip) &&
  (found as Place).skip >= 0;

/** In a query string a bare + stands for a space: `2026-01-31T12:00+01:00` and `+2h` are meant as written. */
const plusRestored = (text: string): string => text.replace(/^ | (?=\d{2}:?\d{2}$)/, '+');

const invalid = (subject: string, message: string, hint?: string): StepcastError =>
  new StepcastError({ code: 'QUERY_INVALID', op: 'query', subject, message, hint });
