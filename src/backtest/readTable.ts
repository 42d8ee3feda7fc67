import { readFileSync } from 'node:fs';
import { StepcastError } from '../errors.js';
import { type CsvRows, csvRows } from './csvRows.js';
import { isClock, isNumber, timeOf, timesOf } from './timesOf.js';

/** A CSV file as columns. Missing and non-numeric marks (empty, NA, NaN, null, ?) are NaN. */
export interface Table {
  readonly timesMs: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly texts: ReadonlyMap<string, readonly string[]>; // columns that were asked for as they stand
}

export interface TableOptions {
  readonly time?: string; // column; found by its name when left out
  readonly values: readonly string[]; // columns of numbers; empty: every one that holds more numbers than texts
  readonly texts?: readonly string[]; // columns to keep as text, which are no values then
  readonly strict?: boolean; // text in a column that begins with a number is an error, named in `values` or not
}

const missing = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?', '-']);
const timeNames = /^(time|date|datetime|timestamp|ts|ds|date[ _]?time|time[ _]?stamp|datum|zeit)$/i;

/** @throws {StepcastError} DATA_INVALID, naming file, line and column. */
export function readTable(file: string, { time, values, texts = [], strict = false }: TableOptions): Table {
  const { rows, decimalComma } = parsed(file);
  const body = rows[Symbol.iterator]();
  const header: string[] = body.next().value ?? [];
  const first: string[] | undefined = body.next().value;
  const second: string[] | undefined = body.next().value;
  if (!first || !second)
    throw invalid(
      file,
      'has fewer than two rows below its header',
      'give a CSV file with a header and one row a reading',
    );
  if (header.every((cell) => isNumber(cell) || !Number.isNaN(timeOf(cell, true))))
    throw invalid(file, 'has no header: its first line is data', 'give the columns names in a first line');
  const timeAt = timeColumns(file, header, first, time);
  const wanted = values.length > 0 ? values : header.filter((name) => name !== '' && !texts.includes(name));
  const kept = texts.map((name) => ({ at: position(file, header, name), cells: [] as string[] }));
  const columns = wanted.map((name) => new NumberColumn(name, position(file, header, name), decimalComma));
  const numeric = columns.filter(({ at }) => !timeAt.includes(at));
  const times: string[] = [];
  const take = (row: string[]): void => {
    times.push(timeAt.map((at) => row[at] ?? '').join(' '));
    for (const { at, cells } of kept) cells.push(row[at] ?? '');
    for (const column of numeric) column.add(row[column.at] ?? '');
  };
  take(first);
  take(second);
  for (let next = body.next(); !next.done; next = body.next()) take(next.value);
  const timesMs = timesIn(file, header[timeAt[0]], times);
  const usable = numeric.filter((column) => column.isNumeric(values.length > 0, strict));
  if (usable.length === 0) throw invalid(file, 'has no numeric column', 'name one with --value');
  const empty = values.length > 0 ? usable.find(({ isEmpty }) => isEmpty) : undefined;
  if (empty) throw invalid(file, `column ${empty.name} is empty`, 'name another with --value');
  const refused = strict || values.length > 0 ? usable.find(({ firstText }) => firstText !== undefined) : undefined;
  if (refused)
    throw invalid(
      file,
      `line ${refused.firstText!.row + 2}, column ${refused.name}: ${quoted(refused.firstText!.cell)} is no number`,
      'mend the row, or leave the cell empty where a reading is missing',
    );
  return {
    timesMs,
    columns: new Map(usable.map((column) => [column.name, column.numbers()])),
    texts: new Map(texts.map((name, i) => [name, kept[i].cells])),
  };
}

/** One column while its rows come in. */
class NumberColumn {
  readonly name: string;
  readonly at: number;
  readonly #decimalComma: boolean;
  #numbers = new Float64Array(1024);
  #count = 0;
  #known = 0; // numbers among them
  #others = 0; // neither numbers nor missing
  #beginsWithNumber = false;
  firstText: { readonly row: number; readonly cell: string } | undefined;

  constructor(name: string, at: number, decimalComma: boolean) {
    this.name = name;
    this.at = at;
    this.#decimalComma = decimalComma;
  }

  add(cell: string): void {
    if (this.#count === this.#numbers.length) {
      const wider = new Float64Array(2 * this.#count);
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    this.#numbers[this.#count++] = this.#read(cell);
  }

  isNumeric(isNamed: boolean, strict: boolean): boolean {
    if (isNamed) return true;
    return strict ? this.#beginsWithNumber : this.#known > this.#others;
  }

  get isEmpty(): boolean {
    return this.#known + this.#others === 0;
  }

  numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#count);
  }

  #read(cell: string): number {
    const text = this.#decimalComma && /^[+-]?\d*,\d+$/.test(cell) ? cell.replace(',', '.') : cell;
    if (isNumber(text)) {
      if (this.#known + this.#others === 0) this.#beginsWithNumber = true;
      this.#known++;
      return Number(text);
    }
    if (!missing.has(cell.toLowerCase())) {
      this.#others++;
      this.firstText ??= { row: this.#count - 1, cell };
    }
    return Number.NaN;
  }
}

function parsed(file: string): CsvRows {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(file, `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, 'check the path');
  }
  try {
    return csvRows(text);
  } catch (cause) {
    throw invalid(
      file,
      `is no CSV: ${(cause as Error).message}`,
      'give a CSV file with a header and one row a reading',
    );
  }
}

/** Where the time stands: a column, or one of days and one of times of the day. */
function timeColumns(file: string, header: string[], first: string[], time: string | undefined): number[] {
  if (time !== undefined) return [position(file, header, time)];
  const isTime = (at: number): boolean => !Number.isNaN(timeOf(first[at] ?? '', true)) || isMonthFirst(first[at]);
  const [day, clock] = ['date', 'time'].map((name) => header.findIndex((each) => each.toLowerCase() === name));
  if (day >= 0 && clock >= 0 && isTime(day) && isClock(first[clock] ?? '')) return [day, clock];
  const named = header.findIndex((name) => timeNames.test(name));
  if (named >= 0) return [named];
  const found = first.findIndex((cell, at) => !isNumber(cell) && isTime(at));
  if (found < 0) throw invalid(file, 'has no column of times', `name it with --time; columns: ${listed(header)}`);
  return [found];
}

const isMonthFirst = (cell: string | undefined): boolean => !Number.isNaN(timeOf(cell ?? '', false));

function timesIn(file: string, name: string, cells: readonly string[]): Float64Array {
  const times = timesOf(cells);
  const wrong = times.findIndex((t) => Number.isNaN(t));
  if (wrong >= 0)
    throw invalid(
      file,
      `line ${wrong + 2}, column ${name}: ${quoted(cells[wrong])} is no time`,
      'use ISO 8601, day/month/year, or epoch seconds or milliseconds',
    );
  if (times[times.length - 1] < times[0])
    throw invalid(file, `column ${name} runs backwards`, 'sort the rows by time, the oldest first');
  return times;
}

function position(file: string, header: string[], name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw invalid(file, `has no column ${quoted(name)}`, `columns: ${listed(header)}`);
  return at;
}

const listed = (header: readonly string[]): string =>
  header.length <= 12 ? header.join(', ') : `${header.slice(0, 12).join(', ')} and ${header.length - 12} more`;
const quoted = (cell: string): string => JSON.stringify(cell.length > 60 ? `${cell.slice(0, 60)}…` : cell);
const invalid = (subject: string, message: string, hint: string): StepcastError =>
  new StepcastError({ code: 'DATA_INVALID', op: 'read', subject, message, hint });
