import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../config/duration.js';
import { parseTime } from '../config/parseTime.js';

/* Parsers for commander: each returns the value, or throws with what was expected. */

function expect<T>(value: T | undefined, expected: string): T {
  if (value === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
  return value;
}

export const collect = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];

export const list = (text: string): string[] =>
  expect(text.split(',').every(Boolean) ? text.split(',') : undefined, 'names with commas between them, such as A,B');

const named = (text: string, expected: string): [name: string, rest: string] => {
  const [, name, rest] = expect(/^([A-Za-z]\w*)=(.+)$/.exec(text) ?? undefined, expected);
  return [name, rest];
};

/** `NAME=COLUMN`, several times: by name. */
export const columnByName = (text: string, previous: Record<string, string> = {}): Record<string, string> => {
  const [name, column] = named(text, 'NAME=COLUMN such as outdoor=temp');
  return { ...previous, [name]: column };
};

/** `NAME=NUMBER`, several times: by name. */
export const numberByName = (text: string, previous: Record<string, number> = {}): Record<string, number> => {
  const expected = 'NAME=NUMBER from -10 to 10 such as area=1.2';
  const [name, rest] = named(text, expected);
  return { ...previous, [name]: expect(Math.abs(Number(rest)) <= 10 ? Number(rest) : undefined, expected) };
};

export const port = (text: string): number => whole(0, 65_535, 'a port from 0 to 65535')(text);

export const wholeNumber = (min: number, max: number): ((text: string) => number) =>
  whole(min, max, `a whole number from ${min} to ${max}`);

function whole(min: number, max: number, expected: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    return expect(/^\d{1,9}$/.test(text) && value >= min && value <= max ? value : undefined, expected);
  };
}

export const positive = (text: string): number => {
  const value = Number(text);
  return expect(
    /^\d*\.?\d+$/.test(text) && value > 0 && value <= 1e9 ? value : undefined,
    'a number above 0, such as 60',
  );
};

/** `event` (0) or a duration, as milliseconds. */
export const cadence = (text: string): number =>
  expect(text === 'event' ? 0 : parseDuration(text) || undefined, 'event, or a duration such as 10s, 1m or 1h');

/** `all` (null) or steps ahead with commas between them, in order and each once. */
export const horizons = (text: string): readonly (number | null)[] => {
  if (text === 'all') return [null];
  const step = whole(1, 1_024, 'all, or steps ahead such as 1 or 1,6,24');
  return [...new Set(text.split(',').map(step))].sort((a, b) => a - b);
};

/** `auto` (0) or a number of steps. */
export const season = (text: string): number =>
  text === 'auto' ? 0 : whole(2, 100_000, 'auto, or a number of steps such as 24')(text);

export const time =
  (nowMs: number) =>
  (text: string): number =>
    expect(parseTime(text, nowMs), 'ISO 8601 such as 2026-01-31T12:00Z, epoch milliseconds, or relative such as -6h');

export const issued =
  (nowMs: number) =>
  (text: string): 'latest' | 'all' | number =>
    text === 'latest' || text === 'all'
      ? text
      : expect(parseTime(text, nowMs), 'latest, all, or a time: ISO 8601, epoch milliseconds or relative such as -6h');
