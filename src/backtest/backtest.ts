import { lastValueFrom } from 'rxjs';
import { ModelShelf } from '../inference/modelShelf.js';
import type { HorizonScore } from '../metrics/horizonScore.js';
import { counters } from '../pipeline/counters.js';
import { pipeline } from '../pipeline/pipeline.js';
import { SeriesBook } from '../pipeline/seriesBook.js';
import { plainSettings } from '../series/plainSettings.js';
import type { SeriesSettings } from '../series/types.js';
import { memoryStore } from './memoryStore.js';
import { normaliser, type Protocol, scoredRange } from './protocol.js';
import { readTable, type Table } from './readTable.js';
import { Scoreboard, type ScoredExpert, type ScoredRange } from './scoreboard.js';
import { tableSource } from './tableSource.js';

export interface BacktestOptions {
  file: string;
  time?: string;
  values: readonly string[]; // columns; empty: every numeric one
  cadenceMs: number; // 0: every row is one step
  horizon: number;
  season: number; // steps, 0: found
  models: readonly string[];
  modelsDir: string;
  protocol: Protocol;
  heldOut?: number; // share of the end that is scored, in place of what the protocol says
  onProgress?: (done: number, total: number) => void;
}

/** Forecasters beside the model: they are scored on the same targets. */
export type ExpertName = 'persistence' | 'seasonal' | ScoredExpert;

export interface ColumnResult {
  readonly column: string;
  readonly scored: number; // targets
  readonly season: number;
  readonly mae: number; // unit of the column
  readonly mse: number; // of the mean, where mae is of the median: each by what it aims at
  readonly mase: number; // mae over the mean one-step change of the part before the scored one
  readonly pinball: number;
  readonly crps: number;
  readonly coverage: number; // of the outermost levels
  readonly localCoverageError: number; // of these one step ahead, over windows of 500 values
  readonly width: number;
  readonly maeByHorizon: readonly number[];
  readonly skill: { readonly persistence: number; readonly seasonal: number }; // 1 − mae / theirs
  readonly experts: Readonly<Record<ExpertName, { mae: number; mse: number; maeByHorizon: readonly number[] }>>;
  readonly spread: number; // of the training part: what errors are divided by
  readonly normalised: { readonly mae: number; readonly mse: number };
}

export interface BacktestResult {
  readonly protocol: Protocol;
  readonly file: string;
  readonly model: string;
  readonly horizon: number;
  readonly mse: number; // mean over columns, on normalised values
  readonly mae: number;
  readonly columns: Readonly<Record<string, ColumnResult>>;
  readonly experts: Readonly<Record<ExpertName, { mse: number; mae: number }>>; // mean over columns, on normalised values
}

/**
 * Streams a CSV file through the pipeline of the daemon, and scores what it would have published. Prequential: a forecast is
 * judged by values that came after it, and nothing is known before it arrived.
 *
 * @throws {StepcastError} DATA_INVALID for the file, MODEL_* for a model.
 */
export async function backtest(options: BacktestOptions): Promise<BacktestResult[]> {
  const table = readTable(options.file, options);
  const shelf = new ModelShelf(options.modelsDir);
  const results: BacktestResult[] = [];
  for (const [i, name] of options.models.entries()) {
    const progress = (rows: number): void =>
      options.onProgress?.(i * table.timesMs.length + rows, options.models.length * table.timesMs.length);
    results.push(await run(name, table, shelf, options, progress));
  }
  await shelf.release();
  return results;
}

async function run(
  name: string,
  table: Table,
  shelf: ModelShelf,
  options: BacktestOptions,
  onProgress: (rows: number) => void,
) {
  const stepper = await shelf.load(name);
  const { horizon } = options;
  const { cadenceMs, season } = options;
  const settings: SeriesSettings = {
    ...plainSettings,
    ...{ cadenceMs, season, horizon, model: name },
  };
  const count = steps(table, cadenceMs);
  const range = options.heldOut === undefined ? scoredRange(options.protocol, count) : tail(count, options.heldOut);
  const boards = new Map(
    [...table.columns.keys()].map((column) => [column, new Scoreboard({ horizon, range, season })] as const),
  );
  const store = memoryStore();
  await lastValueFrom(
    pipeline({
      source: tableSource(table, settings, onProgress),
      book: new SeriesBook(store, () => stepper),
      store,
      sink: { publish: () => {}, gaps: () => {} },
      onIssue: (forecast, forecaster) => boards.get(forecast.seriesId)?.take(forecast, forecaster),
      clock: { nowMs: () => 0, trustedMs: () => undefined, elapsedMs: () => 0 },
      counters: counters(),
      flushMs: 0,
    }),
    { defaultValue: [] },
  );
  const columns = [...boards].map(([column, board]) => columnResult(column, board, table, options.protocol));
  return summary(columns, {
    protocol: options.protocol,
    file: options.file,
    model: `${stepper.model.name}@${stepper.model.version}`,
    horizon,
  });
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

function columnResult(column: string, board: Scoreboard, table: Table, protocol: Protocol): ColumnResult {
  const cells = table.columns.get(column)!;
  const { spread, meanChange } = normaliser(protocol, cells);
  const own = board.model.overall();
  const persistence = board.persistence.overall();
  const seasonal = board.seasonal.overall();
  const scores: Record<ExpertName, HorizonScore> = {
    persistence: board.persistence,
    seasonal: board.seasonal,
    ...board.experts,
  };
  return {
    column,
    scored: own.n,
    season: board.season,
    mae: own.mae,
    mse: own.mse,
    mase: own.mae / meanChange,
    pinball: own.pinball,
    crps: own.crps,
    coverage: own.coverage,
    localCoverageError: board.localCoverage?.localError ?? Number.NaN,
    width: own.width,
    maeByHorizon: byHorizon(board.model),
    skill: { persistence: 1 - own.mae / persistence.mae, seasonal: 1 - own.mae / seasonal.mae },
    experts: mapExperts(scores, (score) => {
      const { mae, mse } = score.overall();
      return { mae, mse, maeByHorizon: byHorizon(score) };
    }),
    spread,
    normalised: { mae: own.mae / spread, mse: own.mse / spread ** 2 },
  };
}

const mapExperts = <T, U>(scores: Readonly<Record<ExpertName, T>>, of: (value: T, name: ExpertName) => U) =>
  Object.fromEntries(
    (Object.entries(scores) as [ExpertName, T][]).map(([name, value]) => [name, of(value, name)]),
  ) as Record<ExpertName, U>;

const byHorizon = (score: HorizonScore): number[] =>
  Array.from({ length: score.horizon }, (_, i) => score.at(i + 1).mae);

function summary(
  columns: readonly ColumnResult[],
  head: Pick<BacktestResult, 'protocol' | 'file' | 'model' | 'horizon'>,
): BacktestResult {
  const mean = (of: (column: ColumnResult) => number): number =>
    columns.reduce((sum, column) => sum + of(column), 0) / columns.length;
  return {
    ...head,
    mse: mean((column) => column.normalised.mse),
    mae: mean((column) => column.normalised.mae),
    columns: Object.fromEntries(columns.map((column) => [column.column, column])),
    experts: mapExperts(columns[0].experts, (_, name) => ({
      mse: mean((column) => column.experts[name].mse / column.spread ** 2),
      mae: mean((column) => column.experts[name].mae / column.spread),
    })),
  };
}
