import { StepcastError } from '../errors.js';
import type { SeriesForecaster } from '../forecast/seriesForecaster.js';
import { type FineTuned, fineTune } from '../learning/fineTune.js';
import { isTrainable } from '../learning/isTrainable.js';
import { learningDue, newRegime, settledAfter } from '../learning/learningDue.js';
import { learningPlan } from '../learning/learningPlan.js';
import type { LearningRuntime, OpenedModel } from '../learning/learningRuntime.js';
import type { LearnRecipe } from '../learning/learnRecipe.js';
import { LiveLoss } from '../learning/liveLoss.js';
import type { Forecast, Stepper } from '../pipeline/ports.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import { readSelfContained } from '../readSelfContained.js';
import type { SeriesSettings } from '../series/types.js';
import { seriesTicks } from '../training/seriesTicks.js';
import type { Table } from './readTable.js';
import { type CovariateColumn, othersThan } from './readWithCovariates.js';

/** When a backtest learns: as the daemon does, but by readings in place of hours. */
export interface LearnOptions {
  readonly first: number; // rows before the first fine-tune
  readonly every: number; // rows between two
  readonly until?: number; // rows after which no more is learned
  readonly drift?: boolean; // also when the live loss of a column has risen
  readonly recipe?: Partial<LearnRecipe>;
}

/** What a fine-tune came to. */
export interface Tuned extends Pick<FineTuned, 'verdict' | 'steps'> {
  readonly column: string;
  readonly row: number; // rows that had arrived
  readonly sinceDrift?: number; // of them
}

interface Own {
  bytes: Uint8Array;
  stepper: Stepper;
  memory: Uint8Array | undefined;
  version: number;
  deepAt: number;
  opened: OpenedModel | undefined;
}

export interface LearnAlongOptions extends LearnOptions {
  readonly table: Table;
  readonly covariates: readonly CovariateColumn[];
  readonly lookahead: number; // steps of those known ahead
  readonly settings: SeriesSettings;
  readonly book: SeriesBook;
  readonly base: Stepper;
  readonly runtime: LearningRuntime;
  readonly onTuned?: (tuned: Tuned) => void;
}

const seed = 20_260_101;
const rebuildTicks = 2000; // as many as the daemon builds a state from

/** Learns while a table is streamed: every so many rows each column's network is tuned on what has arrived, and swapped if the gate lets it. */
export class LearnAlong {
  readonly tuned: Tuned[] = [];
  readonly #options: LearnAlongOptions;
  readonly #own = new Map<string, Own>();
  readonly #losses = new Map<string, LiveLoss>(); // of columns
  #base: Uint8Array | undefined;

  constructor(options: LearnAlongOptions) {
    this.#options = options;
  }

  hear(forecast: Forecast, forecaster: SeriesForecaster): void {
    const { seriesId } = forecast;
    if (this.#options.drift && !this.#losses.has(seriesId)) this.#losses.set(seriesId, new LiveLoss());
    this.#losses.get(seriesId)?.hear(forecast, forecaster);
  }

  /** Rows 0 to `row` have been forecast and committed. */
  async arrived(row: number): Promise<void> {
    const { first, every, table, until = Number.POSITIVE_INFINITY } = this.#options;
    if (row < first || row > until || row === table.timesMs.length) return;
    for (const [column, cells] of table.columns) {
      const loss = this.#losses.get(column);
      const { ticksSinceDrift, driftLearnedAt } = loss ?? {};
      const rules = { minReadings: every, everyMs: 0 };
      const progress = { newTicks: (row - first) % every === 0 ? every : 0, sinceMs: 0 };
      if (!learningDue({ ...progress, ticksSinceDrift, driftLearnedAt }, rules)) continue;
      await this.#tune(column, cells, row, newRegime(ticksSinceDrift, rules));
      loss?.learned(settledAfter(rules));
    }
  }

  async release(): Promise<void> {
    for (const { opened } of this.#own.values()) await opened?.release();
  }

  async #tune(column: string, cells: Float64Array, row: number, sinceDrift?: number): Promise<void> {
    const { table, settings, base, runtime, book, recipe, onTuned, covariates, lookahead } = this.#options;
    const entry = book.get(column);
    if (!entry) return;
    const timesMs = table.timesMs.subarray(0, row);
    const ticks = seriesTicks(
      timesMs,
      cells.subarray(0, row),
      { ...settings, horizon: lookahead },
      othersThan(column, covariates),
    );
    const known = this.#own.get(column);
    this.#base ??= await readSelfContained(base.model.path);
    const own = known ?? { ...noneYet, bytes: this.#base, stepper: base };
    const { metadata } = own.stepper.model;
    const trainable = isTrainable(own.bytes, metadata.levels);
    const lineage = { trainable, isOwn: !!known, deepAt: own.deepAt, readings: ticks.length };
    const plan = learningPlan({ ...lineage, sinceDrift });
    let result: FineTuned;
    try {
      result = await fineTune(
        {
          ...{ name: `${base.model.name}:${column}`, version: own.version + 1, incumbent: own.bytes, ...plan },
          memory: plan.depth === 'again' ? own.memory : undefined,
          series: [{ seriesId: column, ticks, ...settings }],
          ...{ sinceDrift, seed: seed + row, recipe },
        },
        runtime,
      );
    } catch (error) {
      if (error instanceof StepcastError && error.code === 'LEARNING_TOO_FEW') return;
      throw error;
    }
    const { verdict, steps, candidate, memory } = result;
    if (verdict.promoted) {
      const opened = await runtime.openModel(candidate, column);
      const { stepper } = opened;
      book.provide(stepper);
      const twin = book.twin(entry, stepper.model);
      const pending = ticks.slice(-rebuildTicks).map((tick) => ({ entry: twin, tick, silent: true, logId: 0 }));
      await book.laneOf(twin).step(pending, () => {});
      entry.takeOver(twin.network);
      const deepAt = plan.depth === 'first' ? ticks.length : own.deepAt;
      this.#own.set(column, { bytes: candidate, stepper, memory, version: own.version + 1, deepAt, opened });
      await known?.opened?.release();
    }
    const tuned = { column, row, verdict, steps, ...(sinceDrift !== undefined && { sinceDrift }) };
    this.tuned.push(tuned);
    onTuned?.(tuned);
  }
}

const noneYet = { memory: undefined, version: 1, deepAt: 0, opened: undefined };
