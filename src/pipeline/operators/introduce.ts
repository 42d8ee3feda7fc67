import { concatMap, from, type MonoTypeOperatorFunction, map, of } from 'rxjs';
import type { SeriesSettings } from '../../series/types.js';
import { gather } from '../modelLane.js';
import type { Lease, NamedSeries, Store } from '../ports.js';
import type { SeriesBook } from '../seriesBook.js';
import type { SeriesEntry } from '../seriesEntry.js';
import type { Turn } from '../turn.js';

export interface IntroduceOptions {
  book: SeriesBook;
  store: Store;
}

/**
 * Has ready, before a turn is admitted, what its series need of the store: one that comes under other settings begins anew from its stored
 * readings, what one looks at is known, and one of a store that several processes write to is acquired and brought to where its log
 * ends. Where nothing is needed, the turn passes at once. What came by a lease that is over before that is another process's: it leaves the turn.
 */
export function introduce({ book, store }: IntroduceOptions): MonoTypeOperatorFunction<Turn> {
  return concatMap((turn) => {
    const strangers = strangersIn(turn, book, store.acquire !== undefined);
    if (strangers.size > 0) return meet(strangers, turn, book, store);
    const moments = farBackIn(turn, book, store);
    return moments.length === 0 ? of(turn) : from(store.lookUp!(moments)).pipe(map(() => turn));
  });
}

/** What a turn speaks of that the store would have to look up to tell whether it was taken. */
function farBackIn({ deliveries }: Turn, book: SeriesBook, store: Store): { series: number; tMs: number }[] {
  const moments: { series: number; tMs: number }[] = [];
  if (!store.isAtHand) return moments;
  for (const { observations } of deliveries) {
    for (const { seriesId, tMs } of observations) {
      const series = book.get(seriesId)?.id;
      if (series !== undefined && tMs !== undefined && !store.isAtHand(series, tMs)) moments.push({ series, tMs });
    }
  }
  return moments;
}

interface Stranger extends NamedSeries {
  readonly partition: number | undefined;
}

function strangersIn({ deliveries }: Turn, book: SeriesBook, isShared: boolean): Map<string, Stranger> {
  const strangers = new Map<string, Stranger>();
  for (const { observations, partition } of deliveries) {
    for (const { seriesId, settings } of observations) {
      const known = book.get(seriesId);
      const isStrange = known ? !sameSettings(known.settings, settings) : isShared || settings.covariates !== undefined;
      if (isStrange) strangers.set(seriesId, { seriesId, settings, partition });
    }
  }
  return strangers;
}

async function meet(
  strangers: ReadonlyMap<string, Stranger>,
  turn: Turn,
  book: SeriesBook,
  store: IntroduceOptions['store'],
): Promise<Turn> {
  const unknown = [...strangers.values()].filter(({ seriesId }) => !book.get(seriesId));
  if (store.acquire && unknown.length > 0) {
    const { partition } = unknown[0];
    const leases = leasesOf(turn);
    const isRightful = async (): Promise<boolean> => (await over(leases)).size === 0;
    const named = unknown.map(({ seriesId, settings }) => ({ seriesId, settings }));
    const state = await store.acquire(named, leases.length > 0 ? isRightful : undefined);
    if (!state) {
      const gone = await over(leases);
      turn.deliveries = turn.deliveries.filter(({ lease }) => !lease || !gone.has(lease));
      return meet(strangersIn(turn, book, true), turn, book, store);
    }
    await book.restore(state, () => {});
    for (const { seriesId } of state.series) {
      book.get(seriesId)!.partition = strangers.get(seriesId)?.partition ?? partition;
    }
  }
  for (const { seriesId, settings } of strangers.values()) {
    await book.lookAt(settings.covariates ?? []);
    const known = book.get(seriesId);
    if (known && !sameSettings(known.settings, settings)) await begin(known, settings, turn, book);
  }
  const moments = farBackIn(turn, book, store);
  if (moments.length > 0) await store.lookUp!(moments);
  return turn;
}

const leasesOf = ({ deliveries }: Turn): Lease[] => [
  ...new Set(deliveries.flatMap(({ lease }) => (lease ? [lease] : []))),
];

async function over(leases: readonly Lease[]): Promise<ReadonlySet<Lease>> {
  const held = await Promise.all(leases.map((lease) => lease.isHeld()));
  return new Set(leases.filter((_, i) => !held[i]));
}

async function begin(known: SeriesEntry, settings: SeriesSettings, turn: Turn, book: SeriesBook): Promise<void> {
  const { entry, row } = book.add(known.seriesId, settings);
  turn.series.push(row);
  turn.touched.add(entry);
  entry.partition = known.partition;
  entry.lastReadingId = known.lastReadingId;
  for (const pending of await book.rebuild(entry, known.lastReadingId)) {
    gather(turn.ticks, book.laneOf(entry), pending);
  }
  entry.track.numberFrom(known.track.next);
  entry.snapshotAt = 0; // the readings do not say that the settings changed: a snapshot must
}

const sameSettings = (a: SeriesSettings, b: SeriesSettings): boolean => {
  if (a === b) return true;
  const keys = Object.keys(b) as (keyof SeriesSettings)[];
  if (keys.length !== Object.keys(a).length) return false;
  return keys.every((key) => a[key] === b[key] || JSON.stringify(a[key]) === JSON.stringify(b[key]));
};
