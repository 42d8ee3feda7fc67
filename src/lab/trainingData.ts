import type { Table } from '../backtest/readTable.js';
import { othersThan, readWithCovariates } from '../backtest/readWithCovariates.js';
import { StepcastError } from '../errors.js';
import type { Sequence } from '../training/sequence.js';
import { type SeriesRows, seriesRows } from '../training/seriesRows.js';
import type { CovariateCells } from '../training/seriesTicks.js';
import { splitRows } from '../training/splitRows.js';
import { knownOf } from '../training/tableCovariates.js';
import { type Label, labelSequences } from './labelSequences.js';
import type { TrainJob } from './trainJob.js';

/** What a job learns from, and what it is judged by. */
export interface TrainingData {
  readonly training: readonly Sequence[];
  readonly heldOut: readonly Sequence[];
  readonly label?: Label;
}

interface Series {
  readonly file: string;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly covariates: readonly CovariateCells[];
  readonly label?: string;
}

/** @throws {StepcastError} DATA_INVALID for a file, a column or a cell that cannot be used, and when too little is left to learn from. */
export function trainingData(job: TrainJob): TrainingData {
  const series = job.files.flatMap((file) => seriesOf(file, job));
  const data = job.sequence === undefined ? longSeries(series, job) : wholeSequences(series, job);
  if (data.training.length === 0 || data.heldOut.length === 0) throw tooFew(job, series);
  return data;
}

function seriesOf(file: string, { time, values, sequence, label, covariates }: TrainJob): Series[] {
  const texts = [sequence, label].filter((name) => name !== undefined);
  const { table, covariates: others } = readWithCovariates(file, { time, values, texts, strict: true }, covariates);
  if (label !== undefined && table.columns.size > 1) {
    throw invalid(file, `has ${table.columns.size} columns of values`, 'name the one that is labelled with --value');
  }
  return ranges(table, sequence).flatMap(([from, to]) =>
    [...table.columns].map(([column, cells]) => ({
      file,
      timesMs: table.timesMs.subarray(from, to),
      values: cells.subarray(from, to),
      covariates: othersThan(column, others).map((other) => ({ ...other, cells: other.cells.subarray(from, to) })),
      ...(label === undefined ? {} : { label: table.texts.get(label)![to - 1] }),
    })),
  );
}

/** First row and end of each sequence: rows one after another with the same text. */
function ranges({ timesMs, texts }: Table, sequence: string | undefined): [number, number][] {
  const names = sequence === undefined ? undefined : texts.get(sequence)!;
  const starts = names ? [...names.keys()].filter((row) => row === 0 || names[row] !== names[row - 1]) : [0];
  return starts.map((from, i) => [from, starts[i + 1] ?? timesMs.length]);
}

function longSeries(series: readonly Series[], job: TrainJob): TrainingData {
  const steps = stepsOf(job);
  const cut = { share: job.holdOut, warmUp: Math.min(job.lookback, 4 * steps), longest: 4 * steps };
  const splits = series.map((one) => splitRows(rowsOf(one, job), cut));
  return {
    training: splits
      .flatMap(({ training }) => training)
      .filter((sequence) => sequence.length >= steps && hasTarget(sequence)),
    heldOut: splits.flatMap(({ heldOut }) => heldOut).filter(hasTarget),
  };
}

function wholeSequences(series: readonly Series[], job: TrainJob): TrainingData {
  const heard = series.map((one) => rowsOf(one, job).at(-1));
  const split = Math.round(series.length * (1 - job.holdOut));
  const known = (sequences: readonly (Sequence | undefined)[]) =>
    sequences.filter((s): s is Sequence => !!s && hasTarget(s));
  if (job.label === undefined) return { training: known(heard.slice(0, split)), heldOut: known(heard.slice(split)) };
  const labels = series.map(({ label }) => label!);
  const { sequences, label } = labelSequences(heard, labels, split, job);
  return { training: known(sequences.slice(0, split)), heldOut: known(sequences.slice(split)), label };
}

const rowsOf = ({ timesMs, values, covariates }: Series, job: TrainJob): SeriesRows[] =>
  seriesRows(timesMs, values, { ...job, covariates: job.covariates && knownOf(job.covariates) }, covariates);

/** Steps of one training batch: how far back gradients flow. */
export const stepsOf = ({ bptt, lookback }: Pick<TrainJob, 'bptt' | 'lookback'>): number =>
  bptt === 'full' ? lookback : Math.min(bptt, lookback);

const hasTarget = ({ target }: Sequence): boolean => target.some((value) => !Number.isNaN(value));

function tooFew(job: TrainJob, series: readonly Series[]): StepcastError {
  const file = job.files.join(', ');
  if (job.sequence !== undefined) {
    const hint = `at least two sequences of some steps in column ${job.sequence}, one of them to be judged by`;
    return invalid(file, `has too few sequences: ${series.length}`, hint);
  }
  const longest = Math.max(...series.map(({ values }) => values.filter((y) => !Number.isNaN(y)).length));
  const needed = Math.ceil((stepsOf(job) + job.horizon) / Math.min(1 - job.holdOut, 0.5)) + 1;
  const hint = `give more rows, or a smaller --lookback, --bptt or --horizon`;
  return invalid(
    file,
    `has too few rows: ${longest} in its longest column, and ${stepsOf(job)} steps at a time with a horizon of ${job.horizon} need about ${needed}`,
    hint,
  );
}

const invalid = (subject: string, message: string, hint: string): StepcastError =>
  new StepcastError({ code: 'DATA_INVALID', op: 'read', subject, message, hint });
