import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import type { BenchResult } from './resultFile.js';

/** Puts the table of a result between its markers in its document, with the command, the machine and the date; and what else follows from it. */
export function documentTable(
  root: string,
  name: string,
  result: BenchResult,
  bench: Pick<Bench, 'table' | 'sections' | 'document'>,
): void {
  const path = join(root, bench.document ?? 'docs/performance.md');
  let text = readFileSync(path, 'utf8');
  text = withTable(text, name, `${aligned(bench.table(result.figures))}\n\n${caption(result)}`);
  for (const [section, body] of Object.entries(bench.sections?.(result.figures) ?? {})) {
    text = withTable(text, `${name}:${section}`, body);
  }
  writeFileSync(path, text);
}

/** @throws {RangeError} when the text has no pair of markers of that name. */
export function withTable(text: string, name: string, table: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0 || to < from) throw new RangeError(`withTable: no ${open} … ${close} in the text`);
  return `${text.slice(0, from + open.length)}\n\n${table}\n\n${text.slice(to)}`;
}

/** Markdown tables, an empty line between them, with their columns padded, as the formatter wants them. */
export const aligned = (tables: string): string => tables.split('\n\n').map(alignedTable).join('\n\n');

function alignedTable(table: string): string {
  const rows = table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const isRule = (row: readonly string[]): boolean => row.every((cell) => /^-+$/.test(cell));
  return rows
    .map((row) => row.map((cell, column) => (isRule(row) ? '-'.repeat(widths[column]) : cell.padEnd(widths[column]))))
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function caption({ command, machine: { cpu, cores, system, node, commit, date, load } }: BenchResult): string {
  return `\`${command} --write\`, ${date.slice(0, 10)}, commit ${commit}: ${cpu}, ${cores} cores, ${system}, Node ${node.slice(1)}; load before ${load.toFixed(1)}.`;
}
