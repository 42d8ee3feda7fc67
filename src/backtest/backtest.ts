import { lastValueFrom } from 'rxjs';
import { StepcastError } from '../errors.js';
import { modelLabel } from '../forecast/modelContract.js';
import { ModelShelf } from '../inference/modelShelf.js';
import { learningRuntime } from '../lab/learningRuntime.js';
import { counters } from '../pipeline/counters.js';
import { pipeline } from '../pipeline/pipeline.js';
import type { Forecast } from '../pipeline/ports.js';
import { SeriesBook } from '../pipeline/seriesBook.js';
import { plainSettings } from '../series/plainSettings.js';
import type { SeriesSettings } from '../series/types.js';
import { settingsOf, type TableCovariate } from '../training/tableCovariates.js';
import { type ColumnResult, columnResult, type ExpertName, mapExperts } from './columnResult.js';
import { LearnAlong, type LearnOptions, type Tuned } from './learnAlong.js';
import { memoryStore } from './memoryStore.js';
import { type Protocol, scoredRange } from './protocol.js';
import type { Table } from './readTable.js';
import { type CovariateColumn, readWithCovariates } from './readWithCovariates.js';
import { rowOf } from './rowOf.js';
import { Scoreboard, type ScoredRange, type ShownTarget } from './scoreboard.js';
import { tableSource } from './tableSource.js';

export interface BacktestOptions {
  file: string;
  time?: string;
  values: readonly string[]; // columns; empty: every numeric one that is no covariate
  covariates?: readonly TableCovariate[];
  statics?: Readonly<Record<string, number>>;
  cadenceMs: number; // 0: every row is one step
  horizon: number;
  season: number; // steps, 0: found
  models: readonly string[];
  modelsDir: string;
  protocol: Protocol;
  heldOut?: number; // share of the end that is scored, in place of what the protocol says
  learn?: LearnOptions; // left out: models run as they are
  onTuned?: (tuned: Tuned) => void;
  onForecast?: (forecast: Forecast) => void; // each, in the order of their issue
  onProgress?: (done: number, total: number) => void;
  onShown?: (model: string, targets: ShownTargets) => void; // for a picture
}

export interface BacktestResult {
  readonly protocol: Protocol;
  readonly file: string;
  readonly model: string;
  readonly horizon: number;
  readonly mse: number; // mean over columns, on normalised values
  readonly mae: number;
  readonly columns: Readonly<Record<string, ColumnResult>>;
  readonly fineTunes?: readonly Tuned[]; // in their order; only with `learn`
  readonly experts: Readonly<Record<ExpertName, { mse: number; mae: number }>>; // mean over columns, on normalised values
}

/** The newest targets of each column beside what was said of them, by steps ahead: the first and the last. */
export type ShownTargets = ReadonlyMap<string, ReadonlyMap<number, readonly ShownTarget[]>>;

/**
 * Streams a CSV file through the pipeline of the daemon, and scores what it would have published. Prequential: a forecast is
 * judged by values that came after it, and nothing is known before it arrived.
 *
 * @throws {StepcastError} DATA_INVALID for the file, MODEL_* for a model.
 */
export async function backtest(options: BacktestOptions): Promise<BacktestResult[]> {
  const read = readWithCovariates(options.file, options, options.covariates);
  const table = scoredPart(read.table, options);
  const shelf = new ModelShelf(options.modelsDir);
  const results: BacktestResult[] = [];
  for (const [i, name] of options.models.entries()) {
    const progress = (rows: number): void =>
      options.onProgress?.(i * table.timesMs.length + rows, options.models.length * table.timesMs.length);
    results.push(await run(name, { ...read, table }, shelf, options, progress));
  }
  await shelf.release();
  return results;
}

async function run(
  name: string,
  { table, covariates }: { table: Table; covariates: readonly CovariateColumn[] },
  shelf: ModelShelf,
  options: BacktestOptions,
  onProgress: (rows: number) => void,
) {
  const stepper = await shelf.load(name);
  const { horizon, cadenceMs, season, statics } = options;
  const settings: SeriesSettings = {
    ...plainSettings,
    ...{ cadenceMs, season, horizon, model: name },
    ...(covariates.length > 0 && { covariates: settingsOf(covariates) }),
    ...(statics && { statics }),
  };
  const lookahead = Math.max(horizon, stepper.model.metadata.horizon);
  const range = rangeOf(table, options);
  const boards = new Map(
    [...table.columns.keys()].map((column) => {
      const board = new Scoreboard({ horizon, range, season });
      return [column, { board, row: rowOf(table.timesMs, cadenceMs) }] as const;
    }),
  );
  const store = memoryStore();
  const book = new SeriesBook(store, () => stepper);
  book.covariates.declare(settings.covariates ?? []);
  const { learn, onTuned } = options;
  const runtime = learningRuntime(async () => {});
  const along =
    learn &&
    new LearnAlong({ ...learn, ...{ table, covariates, lookahead, settings }, book, base: stepper, runtime, onTuned });
  const arrived = async (rows: number): Promise<void> => along?.arrived(rows);
  await lastValueFrom(
    pipeline({
      source: tableSource(table, settings, onProgress, arrived, { covariates, lookahead }),
      book,
      store,
      sink: { publish: () => {}, gaps: () => {} },
      onIssue: (forecast, forecaster) => {
        const scored = boards.get(forecast.seriesId); // none of a column that is only looked at
        scored?.board.take(forecast, forecaster, scored.row(forecast));
        along?.hear(forecast, forecaster);
        options.onForecast?.(forecast);
      },
      clock: { nowMs: () => 0, trustedMs: () => undefined, elapsedMs: () => 0 },
      counters: counters(),
      flushMs: 0,
    }),
    { defaultValue: [] },
  );
  await along?.release();
  const columns = [...boards].map(([column, { board }]) =>
    columnResult(column, board, table.columns.get(column)!, options.protocol),
  );
  const model = modelLabel(stepper.model);
  options.onShown?.(model, new Map([...boards].map(([column, { board }]) => [column, board.shown])));
  return summary(columns, {
    protocol: options.protocol,
    file: options.file,
    model,
    horizon,
    ...(along && { fineTunes: along.tuned }),
  });
}

/** The rows up to the last that is scored. @throws {StepcastError} DATA_INVALID when there are too few. */
function scoredPart(table: Table, options: BacktestOptions): Table {
  const { firstTarget, end } = rangeOf(table, options);
  const count = steps(table, options.cadenceMs);
  if (firstTarget - 1 + options.horizon >= Math.min(end, count))
    throw new StepcastError({
      ...{ code: 'DATA_INVALID', op: 'backtest', subject: options.file },
      message: `has ${count} steps; protocol ${options.protocol} scores those from number ${firstTarget} on, ${options.horizon} ahead`,
      hint: 'give a longer file, another --protocol, or a shorter --horizon',
    });
  if (options.cadenceMs > 0 || end >= count) return table;
  const columns = [...table.columns].map(([name, cells]) => [name, cells.subarray(0, end)] as const);
  return { ...table, timesMs: table.timesMs.subarray(0, end), columns: new Map(columns) };
}

function rangeOf(table: Table, { protocol, heldOut, cadenceMs }: BacktestOptions): ScoredRange {
  const count = steps(table, cadenceMs);
  return heldOut === undefined ? scoredRange(protocol, count) : tail(count, heldOut);
}

/** Forecasts issued in the last `share` of the steps. */
const tail = (count: number, share: number): ScoredRange => ({
  firstTarget: Math.round(count * (1 - share)) + 1,
  end: count,
});

/** Steps in the table: its rows, or the slots of the grid they span. */
function steps({ timesMs }: Table, cadenceMs: number): number {
  if (cadenceMs === 0) return timesMs.length;
  return Math.floor(timesMs[timesMs.length - 1] / cadenceMs) - Math.floor(timesMs[0] / cadenceMs) + 1;
}

function summary(
  all: readonly ColumnResult[],
  head: Pick<BacktestResult, 'protocol' | 'file' | 'model' | 'horizon' | 'fineTunes'>,
): BacktestResult {
  const columns = all.filter(({ scored }) => scored > 0);
  if (columns.length === 0)
    throw new StepcastError({
      ...{ code: 'DATA_INVALID', op: 'backtest', subject: head.file },
      message: 'no column has a value where it would be scored',
      hint: 'look at the end of the file, or choose another --protocol',
    });
  const mean = (of: (column: ColumnResult) => number): number =>
    columns.reduce((sum, column) => sum + of(column), 0) / columns.length;
  return {
    ...head,
    mse: mean((column) => column.normalised.mse),
    mae: mean((column) => column.normalised.mae),
    columns: Object.fromEntries(all.map((column) => [column.column, column])),
    experts: mapExperts(columns[0].experts, (_, name) => ({
      mse: mean((column) => column.experts[name].mse / column.spread ** 2),
      mae: mean((column) => column.experts[name].mae / column.spread),
    })),
  };
}
