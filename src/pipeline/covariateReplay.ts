import { heldReadings } from '../series/knownValues.js';
import type { Tick } from '../series/types.js';
import { Covariates } from './covariates.js';
import type { Store, StoredState } from './ports.js';
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
  begin(
    state: StoredState,
    entries: Iterable<SeriesEntry>,
    isRebuilt: (entry: SeriesEntry) => boolean,
    emit: Emit,
  ): StoredState {
    const { store, covariates, entryOf } = this.#parts;
    const snapshots = new Map(state.snapshots);
    for (const entry of entries) {
      if (!entry.view) continue;
      const { id, lastReadingId, settings } = entry;
      const isBehind = (store.recent(id, 1, state.lastLogId)[0]?.id ?? 0) > lastReadingId;
      if (!isRebuilt(entry)) this.#findClosings(entry, isBehind, emit);
      if (!isBehind) continue;
      for (const { series } of settings.covariates!) {
        const row = snapshots.get(entryOf(series)?.id ?? -1);
        if (row && row.readingId > lastReadingId) snapshots.set(row.series, { ...row, readingId: lastReadingId });
      }
    }
    this.#closings.sort((a, b) => a.id - b.id);
    for (const [series, values] of covariates.clear()) {
      const source = entryOf(series);
      if (!source) continue;
      const upToId = snapshots.get(source.id)?.readingId ?? 0;
      for (const { tMs, y } of store.recent(source.id, values.capacity, upToId)) values.hear(tMs, y);
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
  asThen(entry: SeriesEntry, upToId: number, count: number, work: (heardBefore: (id: number) => void) => void): void {
    const { store, entryOf } = this.#parts;
    const { known, view } = Covariates.emptyView(entry, entry.lookahead);
    const heard = [...known].flatMap(([series, values]) => {
      const source = entryOf(series);
      return source ? store.recent(source.id, count, upToId).map((row) => ({ row, values })) : [];
    });
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
  #findClosings(entry: SeriesEntry, isBehind: boolean, emit: Emit): void {
    const { id: series, track, settings, lastReadingId } = entry;
    if (settings.cadenceMs === 0 || (!isBehind && track.dueMs === undefined)) return;
    for (const { id, tick } of this.#parts.store.forecastPlaces(series, track.next, lastReadingId)) {
      if (isBehind) this.#closings.push({ entry, id, tick });
      else {
        this.asThen(entry, id, heldReadings.future, (heardBefore) => {
          heardBefore(id);
          track.closeThrough(tick, (closed) => emit(entry, closed));
        });
      }
    }
  }
}
