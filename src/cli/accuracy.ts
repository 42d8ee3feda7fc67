import type { Command } from 'commander';
import { assertKnownSeries } from './assertKnownSeries.js';
import type { Context } from './context.js';
import { databaseOption, formatOption } from './databaseOption.js';
import { horizons, time } from './optionParsers.js';
import { progress } from './progress.js';
import { showWeights } from './showWeights.js';
import { type Cell, type Column, printRows, showCell, type TableFormat } from './table.js';
import { usageError } from './usageError.js';

const rounded = (value: Cell): string => (typeof value === 'number' ? value.toFixed(3) : showCell(value));

const columns: readonly Column[] = [
  { name: 'series', show: (value) => (value === null ? 'total' : showCell(value)) },
  { name: 'model', show: showModels },
  { name: 'horizon', show: (value) => (value === null ? 'all' : showCell(value)) },
  { name: 'n' },
  { name: 'mae' },
  { name: 'mase', show: rounded },
  { name: 'pinball' },
  { name: 'crps' },
  { name: 'coverage', show: rounded },
  { name: 'nominal', show: rounded },
  { name: 'width' },
  { name: 'skill_persistence', show: rounded },
  { name: 'skill_seasonal', show: rounded },
  { name: 'weights', show: showWeights },
];

interface Flags {
  db: string;
  since?: number;
  horizon?: readonly (number | null)[];
  format: TableFormat;
  plot?: string;
  json?: boolean;
}

export function addAccuracy(program: Command, { io, bodies }: Context): void {
  program
    .command('accuracy')
    .description('how the stored forecasts turned out: errors, intervals, skill')
    .argument(
      '[series]',
      'name of a series: one row a model version and horizon; without it, one row a series and a total',
    )
    .addOption(databaseOption())
    .option('--since <t>', 'only forecasts made for readings at or after this time', time(io.nowMs()))
    .option('--horizon <n>', 'steps ahead, such as 1 or 1,6,24; or all, for all of them in one row', horizons)
    .option(
      '--plot <picture>',
      'of one series: actual values, median and band of its newest forecasts, FILE.svg or FILE.png; without an ending, both',
    )
    .addOption(formatOption())
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Only forecasts whose value has come are counted.

  n                  steps that were forecast and have come
  mae                mean absolute error of the median, in the unit of the series
  mase               mae / mean change from one step to the next; below 1 is better than that
  pinball, crps      mean quantile loss over the levels, and twice that
  coverage, nominal  share of values within the outermost quantiles, and what it should be
  width              of that interval
  skill_persistence  1 - mae / mae of "it stays at the last value"; above 0 is better than that
  skill_seasonal     the same against the value one season before
  weights            what each expert had in the forecast, in percent, mean over the forecasts; those of 3 and more

The total weighs every series alike: means of mase, coverage and weights, geometric means of the error ratios behind the skills.
A time is ISO 8601 (UTC where it names no zone), epoch milliseconds, or relative such as -6h.

Examples:
  stepcast accuracy
  stepcast accuracy --since -7d --horizon 1
  stepcast accuracy sensors/kitchen/temperature
  stepcast accuracy sensors/kitchen/temperature --horizon all       compares model versions
  stepcast accuracy sensors/kitchen/temperature --horizon 1,24 --plot kitchen.svg
  stepcast accuracy sensors/kitchen/temperature --format csv > accuracy.csv`,
    )
    .action(async (series: string | undefined, { db, since: sinceMs, horizon, format, plot, json }: Flags) => {
      if (plot !== undefined && series === undefined)
        throw usageError('stepcast accuracy', '--plot draws one series: name it before the options');
      const bar = progress(io.stderr, 'accuracy');
      const rows = await bodies.storedAccuracy(db, { series, sinceMs, horizons: horizon }, bar.update).finally(bar.end);
      if (series !== undefined && rows.length === 0) await assertKnownSeries('accuracy', series, db, bodies);
      printRows(
        io,
        json ? 'json' : format,
        columns,
        rows.map((row) => ({ ...row })),
      );
      if (plot === undefined) return;
      const steps = horizon?.filter((step) => step !== null) ?? [];
      for (const file of await bodies.plotForecasts(db, series!, steps, plot)) io.stderr.write(`written: ${file}\n`);
    });
}

/** The newest, and how many others. */
function showModels(value: Cell): string {
  if (typeof value !== 'string') return showCell(value);
  const models = value.split(', ');
  return showCell(models.length === 1 ? value : `${models[models.length - 1]} +${models.length - 1}`);
}
