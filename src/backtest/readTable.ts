import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { StepcastError } from '../errors.js';

/** A CSV file as columns. Missing and non-numeric marks (empty, NA, NaN, null, ?) are NaN. */
export interface Table {
  readonly timesMs: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly texts: ReadonlyMap<string, readonly string[]>; // columns that were asked for as they stand
}

export interface TableOptions {
  readonly time?: string; // column; found by its name when left out
  readonly values: readonly string[]; // columns of numbers; empty: every numeric one
  readonly texts?: readonly string[]; // columns to keep as text, which are no values then
  readonly strict?: boolean; // text in a column that begins with a number is an error, named in `values` or not
}

const missing = new Set(['', 'na', 'nan', 'null', 'none', '?', '-']);
const timeNames = /^(time|date|datetime|timestamp|ts|ds)$/i;

/** @throws {StepcastError} DATA_INVALID, naming file, line and column. */
export function readTable(file: string, { time, values, texts = [], strict = false }: TableOptions): Table {
  const rows = parsed(file);
  const header = rows[0]?.map((name) => name.trim()) ?? [];
  const body = rows.slice(1);
  if (body.length < 2)
    throw invalid(
      file,
      'has fewer than two rows below its header',
      'give a CSV file with a header and one row a reading',
    );
  const timeAt = timeColumn(file, header, body[0], time);
  const timesMs = Float64Array.from(body, (row, i) => {
    const t = timeOf(row[timeAt]);
    if (Number.isNaN(t))
      throw invalid(
        file,
        `line ${i + 2}, column ${header[timeAt]}: ${quoted(row[timeAt])} is no time`,
        'use ISO 8601 or epoch milliseconds',
      );
    return t;
  });
  const isValue = (name: string, at: number): boolean =>
    at !== timeAt &&
    !texts.includes(name) &&
    (strict ? beginsWithNumber(body, at) : body.some((row) => isNumber(row[at])));
  const wanted = values.length > 0 ? values : header.filter(isValue);
  const kept = texts.map((name): [string, string[]] => {
    const at = position(file, header, name);
    return [name, body.map((row) => row[at] ?? '')];
  });
  const columns = new Map(
    wanted.map((name) => [name, column(file, header, body, name, strict || values.length > 0)] as const),
  );
  const usable = [...columns].filter(([, cells]) => cells.some((y) => !Number.isNaN(y)));
  if (usable.length === 0) throw invalid(file, 'has no numeric column', 'name one with --value');
  return { timesMs, columns: new Map(usable), texts: new Map(kept) };
}

function parsed(file: string): string[][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(file, `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, 'check the path');
  }
  try {
    return parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true, trim: true });
  } catch (cause) {
    throw invalid(
      file,
      `is no CSV: ${(cause as Error).message}`,
      'give a CSV file with a header and one row a reading',
    );
  }
}

function timeColumn(file: string, header: string[], first: string[], time: string | undefined): number {
  if (time !== undefined) return position(file, header, time);
  const named = header.findIndex((name) => timeNames.test(name));
  if (named >= 0) return named;
  const found = first.findIndex((cell) => !isNumber(cell) && !Number.isNaN(timeOf(cell)));
  if (found < 0) throw invalid(file, 'has no column of times', `name it with --time; columns: ${header.join(', ')}`);
  return found;
}

function column(file: string, header: string[], body: string[][], name: string, strict: boolean): Float64Array {
  const at = position(file, header, name);
  return Float64Array.from(body, (row, i) => {
    const cell = row[at] ?? '';
    if (isNumber(cell)) return Number(cell);
    if (!strict || missing.has(cell.toLowerCase())) return Number.NaN;
    throw invalid(
      file,
      `line ${i + 2}, column ${name}: ${quoted(cell)} is no number`,
      'mend the row, or leave the cell empty where a reading is missing',
    );
  });
}

const beginsWithNumber = (body: string[][], at: number): boolean =>
  isNumber(body.find((row) => !missing.has((row[at] ?? '').toLowerCase()))?.[at]);

function position(file: string, header: string[], name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw invalid(file, `has no column ${quoted(name)}`, `columns: ${header.join(', ')}`);
  return at;
}

/** Epoch milliseconds of ISO 8601 (without a zone: UTC), epoch seconds or milliseconds; NaN for anything else. */
function timeOf(cell: string | undefined): number {
  if (!cell) return Number.NaN;
  if (isNumber(cell)) return Number(cell) < 1e11 ? Number(cell) * 1000 : Number(cell);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(cell);
  return Date.parse(hasZone ? cell : `${cell.replace(' ', 'T')}${cell.length > 10 ? 'Z' : 'T00:00:00Z'}`);
}

const isNumber = (cell: string | undefined): boolean =>
  cell !== undefined && cell !== '' && Number.isFinite(Number(cell));
const quoted = (cell: string | undefined): string => JSON.stringify(cell ?? '');
const invalid = (subject: string, message: string, hint: string): StepcastError =>
  new StepcastError({ code: 'DATA_INVALID', op: 'read', subject, message, hint });
