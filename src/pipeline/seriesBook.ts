import { type LoadedModel, modelLabel } from '../forecast/modelContract.js';
import type { Covariate, SeriesSettings, Tick } from '../series/types.js';
import { AutoChoice } from './autoChoice.js';
import { CovariateReplay } from './covariateReplay.js';
import { Covariates } from './covariates.js';
import { gather, ModelLane, type PendingTick } from './modelLane.js';
import type { ReadingRow, SeriesRow, SnapshotRow, Stepper, Store, StoredState } from './ports.js';
import { SeriesEntry, snapshotEvery } from './seriesEntry.js';

const rebuildReadings = 2000; // a state built from nothing is built from so many readings

/** Which model a series is stepped through: `name` is a registry name or 'auto'. */
export type ChooseModel = (name: string) => Stepper;

/** Models that are loaded, beside those that names stand for. */
export interface ModelLibrary {
  find(sha256: string): Stepper | undefined;
  /** What a series with `model: auto` may be stepped through. */
  readonly base: readonly Stepper[];
  /** Has ready the models of these stored states, by hash, as far as they can be had. */
  ready?(sha256: ReadonlySet<string>): Promise<void>;
}

const noLibrary: ModelLibrary = { find: () => undefined, base: [] };

/** All known series and the models they are stepped through. Owns the numbering of series and of the log. */
export class SeriesBook {
  readonly covariates = new Covariates();
  readonly #store: Store;
  readonly #chooseModel: ChooseModel;
  readonly #entries = new Map<string, SeriesEntry>();
  readonly #byId = new Map<number, SeriesEntry>();
  readonly #library: ModelLibrary;
  readonly #lanes = new Map<LoadedModel, ModelLane>();
  #lastLogId = 0;
  #lastSeriesId = 0;

  constructor(store: Store, chooseModel: ChooseModel, library = noLibrary) {
    this.#store = store;
    this.#library = library;
    this.#chooseModel = chooseModel;
  }

  get entries(): IterableIterator<SeriesEntry> {
    return this.#entries.values();
  }

  get size(): number {
    return this.#entries.size;
  }

  get lastLogId(): number {
    return this.#lastLogId;
  }

  nextLogId(): number {
    return ++this.#lastLogId;
  }

  get(seriesId: string): SeriesEntry | undefined {
    return this.#entries.get(seriesId);
  }

  /** Makes a series known under new settings, in place of what it was. Where these name the same model, it keeps the one it has come to. */
  add(seriesId: string, settings: SeriesSettings): { entry: SeriesEntry; row: SeriesRow } {
    const known = this.#entries.get(seriesId);
    const row = { id: known?.id ?? ++this.#lastSeriesId, seriesId, settings };
    return { entry: this.#enter(row, known?.settings.model === settings.model ? known.model : undefined), row };
  }

  /** Another state of the same series, of which nobody knows: it begins from nothing, and chooses nothing. */
  twin({ id, seriesId, settings }: SeriesEntry, model: LoadedModel): SeriesEntry {
    const row = { id, seriesId, settings };
    const twin = new SeriesEntry(row, model);
    twin.view = this.covariates.viewOf(row, twin.lookahead);
    return twin;
  }

  laneOf({ model }: SeriesEntry): ModelLane {
    return this.#laneOf(model);
  }

  /** Has ready what series may be stepped through from now on. */
  provide(stepper: Stepper): ModelLane {
    let lane = this.#lanes.get(stepper.model);
    if (!lane) this.#lanes.set(stepper.model, (lane = new ModelLane(stepper, (model) => this.#laneOf(model))));
    return lane;
  }

  /** Forgets a model that no series is stepped through any more. */
  forget(model: LoadedModel): void {
    this.#lanes.delete(model);
  }

  /** The ticks of the newest stored readings of a series whose state begins from nothing: to be stepped silently. */
  async rebuild(entry: SeriesEntry, upToId: number): Promise<PendingTick[]> {
    const ticks: PendingTick[] = [];
    const rows = await this.#store.recent(entry.id, rebuildReadings, upToId);
    await this.#replay().asThen(entry, upToId, 2 * rebuildReadings, (heardBefore) => {
      for (const row of rows) {
        heardBefore(row.id);
        this.#takeSilently(entry, row, ticks);
      }
    });
    return ticks;
  }

  /** Makes known what series are to look at, from what the log has of it. */
  async lookAt(covariates: readonly Covariate[]): Promise<void> {
    for (const [series, values] of this.covariates.declare(covariates)) {
      const source = this.#entries.get(series);
      if (!source) continue;
      for (const { tMs, y } of await this.#store.recent(source.id, values.capacity, this.#lastLogId)) {
        values.hear(tMs, y);
      }
    }
  }

  /** Forgets series: what comes of them is another's. */
  drop(entries: readonly SeriesEntry[]): void {
    for (const { seriesId, id } of entries) {
      this.#entries.delete(seriesId);
      this.#byId.delete(id);
    }
  }

  /**
   * Brings the series of `state` to where the log ends: snapshot, then the readings after it, through the same code as live ones,
   * publishing nothing. The outcome equals that of a run that was never stopped.
   */
  async restore(state: StoredState, onProgress: (replayed: number) => void): Promise<void> {
    this.#lastLogId = Math.max(this.#lastLogId, state.lastLogId);
    await this.#library.ready?.(new Set([...state.snapshots.values()].flatMap(({ model }) => model.split(' '))));
    const rebuilt = new Set<SeriesEntry>();
    const ticks: PendingTick[] = [];
    for (const row of state.series) {
      this.#enter(row, this.#modelOf(row, state.snapshots.get(row.id)));
      this.#lastSeriesId = Math.max(this.#lastSeriesId, row.id);
    }
    for (const row of state.series) {
      let entry = this.#byId.get(row.id)!;
      const snapshot = state.snapshots.get(row.id);
      if (!snapshot) continue;
      if (!this.#loaded(entry, snapshot)) {
        entry = this.#enter(row, entry.model);
        rebuilt.add(entry);
        ticks.push(...(await this.rebuild(entry, snapshot.readingId)));
      }
      entry.lastReadingId = snapshot.readingId;
    }
    const pend = (entry: SeriesEntry, tick: Tick): void => void ticks.push(silent(entry, tick));
    const replay = this.#replay();
    const restored = state.series.map(({ id }) => this.#byId.get(id)!);
    const uncovered = await replay.begin(state, restored, (entry) => rebuilt.has(entry), pend);
    let replayed = 0;
    for await (const rows of this.#store.replay(uncovered)) {
      for (const row of rows) {
        const entry = this.#byId.get(row.series);
        if (!entry) continue;
        replay.closeBefore(row.id, pend);
        this.covariates.hear(entry.seriesId, row);
        if (row.id <= entry.lastReadingId) continue; // its snapshot holds it: others look at it
        this.#takeSilently(entry, row, ticks);
        entry.noteReading(row.id);
      }
      await this.#step(ticks.splice(0));
      replayed += rows.length;
      onProgress(replayed);
    }
    replay.closeBefore(Number.POSITIVE_INFINITY, pend);
    await this.#step(ticks);
    await this.#closeForecastSlots(restored, rebuilt);
    for (const { decided } of restored) decided.length = 0; // stored with the readings that decided it
  }

  #enter(row: SeriesRow, model?: LoadedModel): SeriesEntry {
    const entry = new SeriesEntry(row, model ?? this.provide(this.#chooseModel(row.settings.model)).stepper.model);
    if (row.settings.model === 'auto') {
      for (const stepper of this.#library.base) this.provide(stepper);
      entry.choice = new AutoChoice(this.#library.base.map((stepper) => stepper.model));
    }
    this.#entries.set(row.seriesId, entry);
    this.#byId.set(row.id, entry);
    this.covariates.declare(row.settings.covariates ?? []);
    entry.view = this.covariates.viewOf(row, entry.lookahead);
    return entry;
  }

  #replay(): CovariateReplay {
    const { covariates } = this;
    return new CovariateReplay({ store: this.#store, covariates, entryOf: (series) => this.#entries.get(series) });
  }

  /** The model that a stored state belongs to, where it is not the one its settings name. */
  #modelOf({ settings }: SeriesRow, snapshot: SnapshotRow | undefined): LoadedModel | undefined {
    const hash = snapshot?.model.split(' ', 1)[0];
    const isNamed = hash === this.#chooseModel(settings.model).model.sha256; // two names may stand for the same bytes
    return hash === undefined || isNamed ? undefined : this.#find(hash);
  }

  #find(sha256: string): LoadedModel | undefined {
    const stepper = this.#library.find(sha256);
    return stepper && this.provide(stepper).stepper.model;
  }

  #laneOf(model: LoadedModel): ModelLane {
    const lane = this.#lanes.get(model);
    if (!lane) throw new RangeError(`SeriesBook: ${modelLabel(model)} was not provided`);
    return lane;
  }

  #loaded(entry: SeriesEntry, { model, state }: SnapshotRow): boolean {
    const [inUse, shadow] = model.split(' ');
    if (inUse !== entry.model.sha256) return false;
    try {
      entry.load(state, shadow === undefined ? undefined : this.#find(shadow));
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false; // another layout: the log knows the rest
      throw error;
    }
  }

  #takeSilently(entry: SeriesEntry, row: ReadingRow, ticks: PendingTick[]): void {
    entry.lastReadingId = row.id;
    entry.snapshotAt = snapshotEvery;
    entry.track.take(row, (tick) => ticks.push(silent(entry, tick)));
  }

  /**
   * A slot that was closed by the clock has its forecast in the store; the log alone would leave it open. A track that was
   * rebuilt counted from 0: it goes on from the stored forecasts.
   */
  async #closeForecastSlots(entries: readonly SeriesEntry[], rebuilt: ReadonlySet<SeriesEntry>): Promise<void> {
    const ticks: PendingTick[] = [];
    for (const entry of entries) {
      const last = rebuilt.has(entry) || entry.track.dueMs !== undefined ? this.#store.lastForecastTick(entry.id) : -1;
      if (rebuilt.has(entry)) entry.track.numberFrom(Math.max(entry.track.next, last + 1));
      else entry.track.closeThrough(last, (tick) => ticks.push(silent(entry, tick)));
    }
    await this.#step(ticks);
  }

  async #step(ticks: readonly PendingTick[]): Promise<void> {
    const lanes = new Map<ModelLane, PendingTick[]>();
    for (const pending of ticks) gather(lanes, this.laneOf(pending.entry), pending);
    for (const [lane, pending] of lanes) await lane.step(pending, () => {});
  }
}

const silent = (entry: SeriesEntry, tick: Tick): PendingTick => ({
  entry,
  tick: entry.told(tick),
  silent: true,
  logId: 0,
});
