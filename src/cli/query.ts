import type { Command } from 'commander';
import type { ForecastQuery } from '../listing/listForecasts.js';
import { assertKnownSeries } from './assertKnownSeries.js';
import type { Context } from './context.js';
import { databaseOption, formatOption } from './databaseOption.js';
import { issued, time, wholeNumber } from './optionParsers.js';
import { type Column, printRows, showTime, type TableFormat } from './table.js';
import { usageError } from './usageError.js';

const columns: readonly Column[] = [
  { name: 'series' },
  { name: 'time', show: showTime },
  { name: 'issued', show: showTime },
  { name: 'model' },
  { name: 'horizon' },
  { name: 'target_time', show: showTime },
  { name: 'q10' },
  { name: 'q50' },
  { name: 'q90' },
  { name: 'actual' },
];

interface Flags {
  db: string;
  from?: number;
  to?: number;
  issued: ForecastQuery['issued'];
  horizon?: number;
  format: TableFormat;
  json?: boolean;
}

export function addQuery(program: Command, { io, bodies }: Context): void {
  const nowMs = io.nowMs();
  program
    .command('query')
    .description('stored forecasts beside what came true')
    .argument('<series>', 'name of the series, as `stepcast series` lists it')
    .addOption(databaseOption())
    .option('--from <t>', 'first target time', time(nowMs))
    .option('--to <t>', 'last target time', time(nowMs))
    .option(
      '--issued <when>',
      'latest: for each target the newest forecast; all: every one; a time: the one in force then',
      issued(nowMs),
      'latest',
    )
    .option('--horizon <n>', 'only forecasts of this many steps ahead', wholeNumber(1, 1_024))
    .addOption(formatOption())
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
A time is ISO 8601 (UTC where it names no zone), epoch milliseconds, or relative such as -6h.

Examples:
  stepcast query sensors/kitchen/temperature --from -6h
  stepcast query sensors/kitchen/temperature --issued 2026-01-31T12:00Z --format csv
  stepcast query sensors/kitchen/temperature --issued all --horizon 1 --json`,
    )
    .action(async (series: string, { db, from: fromMs, to: toMs, issued, horizon, format, json }: Flags) => {
      if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) {
        throw usageError('stepcast query', '--from must not be later than --to');
      }
      const rows = await bodies.queryForecasts(db, { series, fromMs, toMs, issued, horizon });
      if (rows.length === 0) await assertKnownSeries('query', series, db, bodies);
      printRows(
        io,
        json ? 'json' : format,
        columns,
        rows.map((row) => ({ ...row })),
      );
    });
}
