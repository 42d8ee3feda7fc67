import { heldReadings, type KnownValues } from '../series/knownValues.js';
import type { Tick } from '../series/types.js';
import { Covariates } from './covariates.js';
import type { ReadingRow, Store, StoredState } from './ports.js';
import type { SeriesEntry } from './seriesEntry.js';

type Emit = (entry: SeriesEntry, tick: Tick) => void;

export interface CovariateReplayParts {
  readonly store: Store;
  readonly covariates: Covariates;
  readonly entryOf: (seriesId: string) => SeriesEntry | undefined;
}

/**
 * Gives back what a series was told of others when its ticks were made, wherever in the log its own snapshot stands and theirs stand.
 * What is known of a series at a place of the log is a function of its last readings up to there, so it is heard again from the place
 * from which the first of its onlookers is replayed. A slot that the clock closed was closed at the place of its forecast.
 */
export class CovariateReplay {
  readonly #parts: CovariateReplayParts;
  #closings: { readonly entry: SeriesEntry; readonly id: number; readonly tick: number }[] = [];

  constructor(parts: CovariateReplayParts) {
    this.#parts = parts;
  }

  /**
   * Makes ready for the replay after `state`, the snapshots having been loaded. Returns what the store is to replay: readings of a
   * covariate may be among it that its own snapshot holds already.
   */
  async begin(
    state: StoredState,
    entries: readonly SeriesEntry[],
    isRebuilt: (entry: SeriesEntry) => boolean,
    emit: Emit,
  ): Promise<StoredState> {
    const { store, covariates, entryOf } = this.#parts;
    const snapshots = new Map(state.snapshots);
    for (const entry of entries) {
      if (!entry.view) continue;
      const { id, lastReadingId, settings } = entry;
      const [newest] = await store.recent(id, 1, state.lastLogId);
      const isBehind = newest !== undefined && newest.id > lastReadingId;
      if (!isRebuilt(entry)) await this.#findClosings(entry, isBehind, emit);
      if (!isBehind) continue;
      for (const { series } of settings.covariates!) {
        const row = snapshots.get(entryOf(series)?.id ?? -1);
        if (row && row.readingId > lastReadingId) snapshots.set(row.series, { ...row, readingId: lastReadingId });
      }
    }
    this.#closings.sort((a, b) => a.id - b.id);
    for (const [series, values] of covariates.clear(entries.map(({ seriesId }) => seriesId))) {
      const { id } = entryOf(series)!;
      const upToId = snapshots.get(id)?.readingId ?? 0;
      for (const { tMs, y } of await store.recent(id, values.capacity, upToId)) values.hear(tMs, y);
    }
    return { ...state, snapshots };
  }

  /** Closes the slots that the clock had closed before place `id` of the log. */
  closeBefore(id: number, emit: Emit): void {
    while (this.#closings.length > 0 && this.#closings[0].id < id) {
      const { entry, tick } = this.#closings.shift()!;
      entry.track.closeThrough(tick, (closed) => emit(entry, closed));
    }
  }

  /**
   * Does `work` while `entry` sees the last `count` readings up to `upToId` of each of its covariates, and of these what `heardBefore` has
   * heard.
   */
  async asThen(
    entry: SeriesEntry,
    upToId: number,
    count: number,
    work: (heardBefore: (id: number) => void) => void,
  ): Promise<void> {
    const { store, entryOf } = this.#parts;
    const { known, view } = Covariates.emptyView(entry, entry.lookahead);
    const heard: { readonly row: ReadingRow; readonly values: KnownValues }[] = [];
    for (const [series, values] of known) {
      const source = entryOf(series);
      for (const row of source ? await store.recent(source.id, count, upToId) : []) heard.push({ row, values });
    }
    heard.sort((a, b) => a.row.id - b.row.id);
    let at = 0;
    const now = entry.view;
    entry.view = view;
    work((id) => {
      for (; at < heard.length && heard[at].row.id < id; at++)
        heard[at].values.hear(heard[at].row.tMs, heard[at].row.y);
    });
    entry.view = now;
  }

  /** Of a series that is not behind nothing will be replayed: its slots are closed now, as of then. */
  async #findClosings(entry: SeriesEntry, isBehind: boolean, emit: Emit): Promise<void> {
    const { id: series, track, settings, lastReadingId } = entry;
    if (settings.cadenceMs === 0 || (!isBehind && track.dueMs === undefined)) return;
    for (const { id, tick } of await this.#parts.store.forecastPlaces(series, track.next, lastReadingId)) {
      if (isBehind) this.#closings.push({ entry, id, tick });
      else {
        await this.asThen(entry, id, heldReadings.future, (heardBefore) => {
          heardBefore(id);
          track.closeThrough(tick, (closed) => emit(entry, closed));
        });
      }
    }
  }
}
