import type { Io } from '../io.js';

export type Cell = string | number | null | undefined | Readonly<Record<string, number>>;
export type Row = Readonly<Record<string, Cell>>;
export type TableFormat = 'table' | 'csv' | 'json';

export interface Column {
  readonly name: string;
  readonly show?: (value: Cell) => string; // in a table; csv and json keep the value
}

/** Rows for people (`table`: aligned, numbers to the right) or programs (`csv`: RFC 4180; `json`: one document). */
export function printRows(
  io: Pick<Io, 'stdout' | 'env'>,
  format: TableFormat,
  columns: readonly Column[],
  rows: readonly Row[],
): void {
  const text = { table: tableText, csv: csvText, json: jsonText }[format](columns, rows, usesColour(io));
  io.stdout.write(text);
}

/** https://no-color.org: any value but the empty one switches colour off. */
export const usesColour = ({ stdout, env }: Pick<Io, 'stdout' | 'env'>): boolean =>
  stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';

function tableText(columns: readonly Column[], rows: readonly Row[], colour: boolean): string {
  const cells = rows.map((row) => columns.map(({ name, show = showCell }) => show(row[name])));
  const widths = columns.map(({ name }, i) => Math.max(name.length, ...cells.map((line) => line[i]!.length)));
  const right = columns.map(({ name, show }) => !show && rows.some((row) => typeof row[name] === 'number'));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => (right[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  const head = line(columns.map(({ name }) => name));
  return `${[colour ? `\x1b[1m${head}\x1b[22m` : head, ...cells.map(line)].join('\n')}\n`;
}

function csvText(columns: readonly Column[], rows: readonly Row[]): string {
  const quoted = (value: Cell): string => {
    const text =
      value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ name }) => row[name]))];
  return lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

function jsonText(columns: readonly Column[], rows: readonly Row[]): string {
  const documents = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]))),
  );
  return documents.length === 0 ? '[]\n' : `[\n${documents.join(',\n')}\n]\n`;
}

/** At most six significant digits; a dash for nothing. */
export function showCell(value: Cell): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'string') return value.replace(/\p{Cc}/gu, '\u{fffd}');
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** Epoch milliseconds as ISO 8601 in UTC, without milliseconds that are zero. */
export function showTime(value: Cell): string {
  if (typeof value !== 'number' || Math.abs(value) > 8.64e15) return showCell(value);
  return new Date(value).toISOString().replace('.000Z', 'Z');
}
