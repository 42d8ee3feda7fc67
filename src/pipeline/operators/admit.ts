import { type MonoTypeOperatorFunction, map } from 'rxjs';
import { ReadingFlag, type SeriesSettings, type Tick } from '../../series/types.js';
import type { Clock } from '../clock.js';
import type { Counters } from '../counters.js';
import { gather } from '../modelLane.js';
import type { DecodedObservation, Delivery, ReadingRow, Store } from '../ports.js';
import type { SeriesBook } from '../seriesBook.js';
import type { SeriesEntry } from '../seriesEntry.js';
import type { Turn } from '../turn.js';

export interface AdmitOptions {
  book: SeriesBook;
  store: Pick<Store, 'contains' | 'noteTaken' | 'takenByPacket' | 'forgetPacket'>;
  clock: Clock;
  counters: Counters;
}

/**
 * Gives each observation its series, its time and its place in the log, and turns it into ticks. What was taken before is
 * dropped and counted: a redelivery by its packet id and value, a repetition by its series, time and value. A turn without
 * deliveries is a pulse: it closes the slots whose time is over and tells of series gone silent.
 */
export function admit(options: AdmitOptions): MonoTypeOperatorFunction<Turn> {
  const desk = new AdmissionDesk(options);
  return map((turn) => {
    if (turn.deliveries.length === 0) desk.pulse(turn);
    for (const delivery of turn.deliveries) desk.take(delivery, turn);
    return turn;
  });
}

class AdmissionDesk {
  readonly #book: SeriesBook;
  readonly #store: AdmitOptions['store'];
  readonly #clock: Clock;
  readonly #counters: Counters;
  #session = 0; // the one the process found

  constructor({ book, store, clock, counters }: AdmitOptions) {
    this.#book = book;
    this.#store = store;
    this.#clock = clock;
    this.#counters = counters;
  }

  take(delivery: Delivery, turn: Turn): void {
    for (const reject of delivery.rejects) {
      this.#counters.rejects[reject.reason] = (this.#counters.rejects[reject.reason] ?? 0) + 1;
      if (!reject.countedOnly) turn.rejects.push(reject);
    }
    const taken = this.#takenBefore(delivery);
    for (const observation of delivery.observations) this.#observe(observation, delivery, taken, turn);
  }

  pulse(turn: Turn): void {
    const elapsedMs = this.#clock.elapsedMs();
    for (const entry of this.#book.entries) {
      entry.quiet.wake(entry.track.lastMs, elapsedMs);
      if (entry.track.dueMs !== undefined) this.#closeDue(entry, entry.quiet.eventNowMs(elapsedMs), turn);
      const fromMs = entry.quiet.silentSince(elapsedMs, entry.stepMs);
      if (fromMs === undefined) continue;
      const toMs = entry.quiet.eventNowMs(elapsedMs);
      this.#gap(turn, entry, fromMs, toMs, Math.round((toMs - fromMs) / entry.stepMs), 'silent');
    }
  }

  /** Readings that came under the packet id of a redelivered message: it may be known although its time is not its own. */
  #takenBefore({ packetId, redelivered, session }: Delivery): readonly ReadingRow[] {
    if (packetId === undefined) return [];
    if (session !== this.#session) {
      this.#session = session;
      this.#store.forgetPacket(undefined);
    }
    if (redelivered) return this.#store.takenByPacket(packetId);
    this.#store.forgetPacket(packetId);
    return [];
  }

  #observe(observation: DecodedObservation, delivery: Delivery, taken: readonly ReadingRow[], turn: Turn): void {
    const { seriesId, settings, y } = observation;
    const entry = this.#entry(seriesId, settings, turn);
    const known = this.#book.covariates.of(seriesId);
    const isAhead = this.#book.covariates.isAhead(seriesId);
    const nowMs = isAhead ? undefined : this.#clock.trustedMs();
    const { tMs, flags, clock } = entry.track.admit(observation.tMs, delivery.arrivedMs, nowMs);
    const isStamped = (flags & ReadingFlag.stamped) !== 0;
    const isTaken = (row: ReadingRow): boolean =>
      row.series === entry.id && row.y === y && (isStamped || (row.flags & ReadingFlag.stamped) !== 0);
    const isRepeated = (): boolean =>
      isAhead ? known!.at(tMs, 0) === y : tMs <= entry.track.newestMs && this.#store.contains(entry.id, tMs, y);
    if (taken.some(isTaken) || (!isStamped && isRepeated())) {
      this.#counters.duplicates++;
      return;
    }
    this.#count(flags, clock);
    const row = { id: this.#book.nextLogId(), series: entry.id, tMs, y, flags, packetId: delivery.packetId ?? -1 };
    this.#store.noteTaken(row);
    turn.readings.push(row);
    turn.touched.add(entry);
    entry.noteReading(row.id);
    known?.hear(tMs, y);
    this.#watch(entry, observation, row, turn);
    entry.track.take(row, (tick) => this.#pend(entry, tick, turn, tick.tMs === row.tMs ? row.id : undefined));
  }

  #entry(seriesId: string, settings: SeriesSettings, turn: Turn): SeriesEntry {
    const known = this.#book.get(seriesId);
    if (known) return known;
    const { entry, row } = this.#book.add(seriesId, settings);
    turn.series.push(row);
    turn.touched.add(entry);
    return entry;
  }

  #pend(entry: SeriesEntry, tick: Tick, turn: Turn, readingId: number | undefined): void {
    const logId = readingId ?? this.#book.nextLogId();
    gather(turn.ticks, this.#book.laneOf(entry), { entry, tick: entry.told(tick), silent: false, logId });
  }

  #closeDue(entry: SeriesEntry, eventNowMs: number, turn: Turn): void {
    let last: Tick | undefined;
    entry.track.closeUntil(eventNowMs, (tick) => {
      last = tick;
      turn.touched.add(entry);
      this.#pend(entry, tick, turn, undefined);
    });
    if (last && Number.isNaN(last.y)) entry.snapshotAt = 0; // no forecast will show that it was closed: a snapshot must
  }

  /** Notices what is missing: by the sender's running number where it sends one, else by the usual pace of the series. */
  #watch(entry: SeriesEntry, { sequence }: DecodedObservation, row: ReadingRow, turn: Turn): void {
    if (row.flags & ReadingFlag.late) return;
    const beforeMs = entry.track.lastMs;
    const isStamped = (row.flags & ReadingFlag.stamped) !== 0;
    const sinceMs = entry.quiet.hear(row.tMs, this.#clock.elapsedMs(), entry.stepMs, isStamped);
    if (sequence !== undefined) {
      const before = entry.lastSequence;
      entry.lastSequence = sequence;
      if (before !== undefined && sequence > before + 1) {
        this.#gap(turn, entry, beforeMs, row.tMs, sequence - before - 1, 'sequence');
      }
    } else if (sinceMs !== undefined) {
      this.#gap(turn, entry, sinceMs, row.tMs, Math.round((row.tMs - sinceMs) / entry.stepMs) - 1, 'cadence');
    }
  }

  #gap(
    turn: Turn,
    { seriesId }: SeriesEntry,
    fromMs: number,
    toMs: number,
    missing: number,
    reason: 'cadence' | 'sequence' | 'silent',
  ) {
    this.#counters.gaps++;
    turn.gaps.push({ seriesId, fromMs, toMs, missing, reason });
  }

  #count(flags: number, clock: string): void {
    this.#counters.readings++;
    if (flags & ReadingFlag.late) this.#counters.late++;
    if (flags & ReadingFlag.restart) this.#counters.restarts++;
    if (clock === 'unset') this.#counters.clockUnset++;
    if (clock === 'ahead') this.#counters.clockAhead++;
  }
}
