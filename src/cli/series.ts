import type { Command } from 'commander';
import { formatDuration } from '../config/duration.js';
import type { Context } from './context.js';
import { databaseOption, formatOption } from './databaseOption.js';
import { type Cell, type Column, printRows, showCell, showTime, type TableFormat } from './table.js';

const accuracyForecasts = 500;

const columns: readonly Column[] = [
  { name: 'series' },
  { name: 'readings' },
  { name: 'cadence', show: showCadence },
  { name: 'season' },
  { name: 'model' },
  { name: 'first_time', show: showTime },
  { name: 'last_time', show: showTime },
  { name: 'last_value' },
  { name: 'mae1' },
  { name: 'persistence1' },
  { name: 'mae' },
  { name: 'persistence' },
  { name: 'coverage' },
];

export function addSeries(program: Command, { io, bodies }: Context): void {
  program
    .command('series')
    .description('every known series: readings, cadence, season, model, last value, live accuracy')
    .addOption(databaseOption())
    .addOption(formatOption())
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
mae1 is the mean absolute error of the median one step ahead, mae that over all horizons; persistence1 and persistence are those of
"it stays at the last value"; coverage is the share of values between q10 and q90 (nominally 0.8). All over the newest ${accuracyForecasts} forecasts.

Examples:
  stepcast series
  stepcast series --db /var/lib/stepcast/stepcast.db --json`,
    )
    .action(async ({ db, format, json }: { db: string; format: TableFormat; json?: boolean }) => {
      const rows = [];
      for (const row of await bodies.listSeries(db)) {
        const accuracy = await bodies.liveAccuracy(db, row.series, accuracyForecasts);
        rows.push({ ...row, ...accuracy });
      }
      printRows(io, json ? 'json' : format, columns, rows);
    });
}

function showCadence(value: Cell): string {
  if (value === 0) return 'event';
  return typeof value === 'number' ? formatDuration(value) : showCell(value);
}
