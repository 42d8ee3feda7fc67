import { type BacktestResult, backtest, type ColumnResult } from '../backtest/backtest.js';
import type { Io } from '../io.js';
import type { BacktestCommand } from './bodies.js';
import { progress } from './progress.js';
import { type Column, printRows, type Row } from './table.js';

/** Runs a backtest and prints it: a table a model, or one JSON document (a list when several models were asked for). */
export async function runBacktest(command: BacktestCommand, io: Io): Promise<void> {
  const { columns, values, json, learn, ...options } = command;
  if (learn)
    io.stderr.write('note: this version does not learn on the way yet; models run as they are (--learn off)\n');
  const bar = progress(io.stderr, 'backtest');
  const results = await backtest({
    ...options,
    values: values.length > 0 ? values : columns,
    onProgress: bar.update,
  }).finally(bar.end);
  if (json) io.stdout.write(`${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`);
  else for (const result of results) printResult(result, io);
}

const ratio = (value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value) ? value.toFixed(3) : '-';
const shown: readonly Column[] = [
  { name: 'column' },
  { name: 'season' },
  { name: 'mae' },
  { name: 'persistence' },
  { name: 'seasonal' },
  { name: 'mase', show: ratio },
  { name: 'skill', show: ratio },
  { name: 'skill h=1', show: ratio },
  { name: 'skill seasonal', show: ratio },
  { name: 'coverage', show: ratio },
];

function printResult(result: BacktestResult, io: Io): void {
  io.stdout.write(`${result.model}, ${result.horizon} steps, protocol ${result.protocol}: ${result.file}\n`);
  printRows(io, 'table', shown, Object.values(result.columns).map(rowOf));
  io.stdout.write(
    `normalised: mse ${result.mse.toFixed(4)}, mae ${result.mae.toFixed(4)} (persistence ${result.experts.persistence.mae.toFixed(4)}, seasonal ${result.experts.seasonal.mae.toFixed(4)})\n`,
  );
  io.stdout.write(
    'skill: 1 − mae / mae of persistence over all steps; coverage: of the outermost quantiles; mae judges the median, mse the mean\n',
  );
}

const rowOf = ({ column, season, mae, mase, coverage, skill, experts, maeByHorizon }: ColumnResult): Row => ({
  ...{ column, season, mae, mase, coverage },
  persistence: experts.persistence.mae,
  seasonal: experts.seasonal.mae,
  skill: skill.persistence,
  'skill h=1': 1 - maeByHorizon[0] / experts.persistence.maeByHorizon[0],
  'skill seasonal': skill.seasonal,
});
