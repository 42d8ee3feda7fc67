import { basename } from 'node:path';
import { type BacktestResult, backtest, type ShownTargets } from '../backtest/backtest.js';
import type { ColumnResult } from '../backtest/columnResult.js';
import { forecastChart } from '../charts/forecastChart.js';
import type { Io } from '../io.js';
import { writePicture } from '../lab/writePicture.js';
import { meanWeights } from '../metrics/meanWeights.js';
import type { BacktestCommand } from './bodies.js';
import { progress } from './progress.js';
import { showWeights } from './showWeights.js';
import { stepsAhead } from './stepsAhead.js';
import { type Column, printRows, type Row, showCell } from './table.js';

/** Rows before and between fine-tunes: `learn.minReadings` as it comes. */
const learnEvery = { first: 500, every: 500 };

/** Runs a backtest and prints it: a table a model, or one JSON document (a list when several models were asked for). */
export async function runBacktest(command: BacktestCommand, io: Io): Promise<void> {
  const { columns, values, json, learn, plot, ...options } = command;
  let drawn: string | undefined; // of the first model
  const bar = progress(io.stderr, 'backtest');
  const results = await backtest({
    ...options,
    values: values.length > 0 ? values : columns,
    ...(learn && { learn: learnEvery }),
    onProgress: bar.update,
    ...(plot !== undefined && { onShown: (model, targets) => (drawn ??= picture(options.file, model, targets)) }),
  }).finally(bar.end);
  if (json) io.stdout.write(`${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`);
  else for (const result of results) printResult(result, io);
  if (plot === undefined || drawn === undefined) return;
  for (const written of await writePicture(plot, drawn)) io.stderr.write(`written: ${written}\n`);
}

const ratio = (value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value) ? value.toFixed(3) : '-';
const shown: readonly Column[] = [
  { name: 'column' },
  { name: 'season' },
  { name: 'horizon', show: (value) => (value === null ? 'all' : showCell(value)) },
  { name: 'n' },
  { name: 'mae' },
  { name: 'mase', show: ratio },
  { name: 'pinball' },
  { name: 'crps' },
  { name: 'coverage', show: ratio },
  { name: 'width' },
  { name: 'skill_persistence', show: ratio },
  { name: 'skill_seasonal', show: ratio },
  { name: 'weights', show: showWeights },
];
const mostDetailed = 12; // columns of which single steps are shown

function printResult(result: BacktestResult, io: Io): void {
  io.stdout.write(`${result.model}, ${result.horizon} steps, protocol ${result.protocol}: ${result.file}\n`);
  const columns = Object.values(result.columns);
  printRows(
    io,
    'table',
    shown,
    columns.flatMap((column) => rowsOf(column, columns.length <= mostDetailed)),
  );
  io.stdout.write(
    `normalised: mse ${result.mse.toFixed(4)}, mae ${result.mae.toFixed(4)} (persistence ${result.experts.persistence.mae.toFixed(4)}, seasonal ${result.experts.seasonal.mae.toFixed(4)})\n`,
  );
  if (result.fineTunes) {
    const promoted = result.fineTunes.filter(({ verdict }) => verdict.promoted).length;
    io.stdout.write(`learned: ${result.fineTunes.length} fine-tunes, ${promoted} of them used\n`);
  }
  io.stdout.write(
    'mae judges the median, mse the mean; coverage and width: of the outermost quantiles; skill: 1 − mae / theirs; weights in percent\n',
  );
}

/** All steps as one, and of few columns those whose weights are known as well. */
function rowsOf(result: ColumnResult, isDetailed: boolean): Row[] {
  const { column, season, horizons, weights, skill } = result;
  const steps = isDetailed && horizons.length > 1 ? horizons.filter(({ horizon }) => String(horizon) in weights) : [];
  return [
    ...steps.map((step) => ({ ...step, column, season, weights: weights[step.horizon] })),
    {
      ...{ column, season, horizon: null, n: result.scored, mae: result.mae, mase: result.mase },
      ...{ pinball: result.pinball, crps: result.crps, coverage: result.coverage, width: result.width },
      ...{ skill_persistence: skill.persistence, skill_seasonal: skill.seasonal },
      weights: meanWeights(Object.values(weights)),
    },
  ];
}

const mostPanels = 4; // columns of a picture

/** The end of the first columns, one step and all steps ahead. */
function picture(file: string, model: string, targets: ShownTargets): string {
  const panels = [...targets]
    .slice(0, mostPanels)
    .flatMap(([column, byStep]) =>
      [...byStep].map(([steps, points]) => ({ title: `${column}, ${stepsAhead(steps)}`, points })),
    );
  return forecastChart(`${basename(file)}, ${model}`, panels, 'outermost quantiles');
}
