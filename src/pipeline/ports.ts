import type { Observable } from 'rxjs';
import type { Observation, SeriesSettings } from '../series/types.js';
import type { Decision } from './modelVersions.js';

export type { StepBuffers, Stepper } from '../forecast/stepper.js';

/** A payload, or a part of one, that could not be used. Bad input is data: counted by reason, quarantined, acknowledged. */
export interface Reject {
  readonly topic: string;
  readonly reason: string; // a short stable word: 'json_syntax', 'not_a_number', 'too_large'
  readonly detail: string; // one line for a person
  readonly payload: Uint8Array; // at most the first few hundred bytes
  readonly arrivedMs: number;
  readonly countedOnly: boolean; // too ordinary to be kept in quarantine: it comes with every message of some senders
}

/** One message as it was delivered: decoded, and not yet acknowledged. */
export interface Delivery {
  readonly topic: string;
  readonly observations: readonly DecodedObservation[];
  readonly rejects: readonly Reject[];
  readonly arrivedMs: number; // the node's clock, epoch milliseconds
  readonly packetId: number | undefined; // the broker's, at QoS 1 and above
  readonly redelivered: boolean; // the DUP flag
  readonly session: number; // 0 while the broker goes on with the session of an earlier run, else counts new ones: packet ids mean nothing across two
  readonly partition?: number; // of a source that deals its series out to several processes: all readings of a series come by the same one
  readonly lease?: Lease; // by which this process had that partition when it came
  /** Called once everything in it is safe on disk; a call on a connection that is gone does nothing. */
  acknowledge(): void;
}

export interface DecodedObservation extends Observation {
  readonly settings: SeriesSettings; // those of the stream it came by
}

/** What a process has a partition by, until it goes to another. */
export interface Lease {
  /** Asks whoever deals partitions out; false for good once it is over. */
  isHeld(): Promise<boolean>;
}

/** A partition that goes to another process. No delivery of it comes after this; those before it that are not acknowledged will come to that process. */
export interface LostPartition {
  readonly partition: number;
  /** `true`: the other may have it already; acknowledgements of what came by it do nothing any more. `false`: it has it after `released`. */
  readonly isGone: boolean;
  /** Called once everything that came by it is committed, with the states of its series, and they are forgotten here. */
  released(): void;
}

/** Where readings come from: MQTT, a CSV file, a queue. */
export interface ReadingSource {
  readonly deliveries$: Observable<Delivery>; // completes when the source is drained
  readonly lost$?: Observable<LostPartition>; // of a source that deals its series out; in order with the deliveries
}

/** A gap in what was heard, to be told to people: which series, from when to when, and how it was noticed. */
export interface Gap {
  readonly seriesId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly missing: number; // readings, as far as known
  readonly reason: 'cadence' | 'sequence' | 'silent';
}

/** One forecast, serialised once: `json` is both what is published and what is stored. */
export interface Forecast {
  readonly seriesId: string;
  readonly tMs: number;
  readonly stepMs: number;
  readonly horizon: number;
  readonly tick: number; // the step it was issued at
  readonly last: number; // the value of that step
  readonly levels: readonly number[];
  readonly values: Float64Array; // [horizon, levels], as published
  readonly json: Uint8Array; // UTF-8
}

export interface ForecastSink {
  publish(forecasts: readonly Forecast[]): void;
  gaps(gaps: readonly Gap[]): void;
  /** What trials of models came to. */
  decisions?(decisions: readonly Decision[]): void;
}

export interface SeriesRow {
  readonly id: number; // small integer, the key of all other rows
  readonly seriesId: string; // its name
  readonly settings: SeriesSettings;
}

export interface ReadingRow {
  readonly id: number;
  readonly series: number;
  readonly tMs: number;
  readonly y: number;
  readonly flags: number;
  readonly packetId: number; // −1 for none; with `session`, the ledger that makes redelivery idempotent
}

export interface ForecastRow {
  readonly id: number; // position in the log: that of its reading when the two have the same time, else one of its own
  readonly series: number;
  readonly tick: number;
  readonly tMs: number;
  readonly issuedMs: number;
  readonly y: number; // the tick's own value: what earlier forecasts are judged by
  readonly stepMs: number;
  readonly model: string; // NAME@VERSION
  readonly levels: readonly number[];
  readonly values: Float64Array; // [horizon, levels], as published
  readonly decimals: number; // they are rounded to
  readonly weights: Float64Array; // [weighedSteps, weighedNames], what each has in the median, 0…1; empty: not known
}

/** State of one series after reading `readingId`: everything the log before it determines. */
export interface SnapshotRow {
  readonly series: number;
  readonly readingId: number;
  readonly model: string; // sha256 of the model whose state it holds; behind a space that of the one on trial beside it
  readonly state: Uint8Array;
}

/** What describes a series to people and tools; written with its snapshot. */
export interface SeriesSummary {
  readonly series: number;
  readonly stepMs: number;
  readonly season: number;
  readonly model: string; // NAME@VERSION
}

/** Rows of one transaction. */
export interface CommitBatch {
  readonly series: readonly SeriesRow[];
  readonly readings: readonly ReadingRow[];
  readonly forecasts: readonly ForecastRow[];
  readonly snapshots: readonly SnapshotRow[];
  readonly summaries: readonly SeriesSummary[];
  readonly rejects: readonly Reject[];
  readonly gaps: readonly Gap[];
  readonly decisions: readonly Decision[];
}

/** What a start finds in the store. */
export interface StoredState {
  readonly series: readonly SeriesRow[];
  readonly snapshots: ReadonlyMap<number, SnapshotRow>; // by series
  readonly lastLogId: number;
}

/** Where in the log a tick was forecast. */
export interface ForecastPlace {
  readonly id: number;
  readonly tick: number;
}

/** A series as it came: it may be known to the store, or new. */
export type NamedSeries = Pick<SeriesRow, 'seriesId' | 'settings'>;

/** Where readings and forecasts are kept. One writer at a time; `commit` resolves only when what it wrote would survive a power cut. */
export interface Store {
  load(): Promise<StoredState>;
  /** Readings that no snapshot covers, in log order, in chunks. */
  replay(state: StoredState): AsyncIterable<readonly ReadingRow[]>;
  /** The last `count` readings of a series up to and including reading `upToId`, in log order: to rebuild a state from nothing. */
  recent(series: number, count: number, upToId: number): Promise<readonly ReadingRow[]>;
  /** The tick of the newest stored forecast of a series, −1 for none. */
  lastForecastTick(series: number): number;
  /** Stored forecasts of a series from tick `fromTick` on, later in the log than `afterId`, in its order. */
  forecastPlaces(series: number, fromTick: number, afterId: number): Promise<readonly ForecastPlace[]>;
  /** Whether exactly this reading was committed. `noteTaken` makes it true for one that waits for its commit. */
  contains(series: number, tMs: number, y: number): boolean;
  noteTaken(row: ReadingRow): void;
  /** Committed or waiting readings that came under this packet id in the present broker session. */
  takenByPacket(packetId: number): readonly ReadingRow[];
  /** A packet id came again without DUP, or (undefined) the broker began a new session: what it stood for is settled. */
  forgetPacket(packetId: number | undefined): void;
  /** Of a store that has only the newest readings at hand: whether `contains` can tell of this moment; where it cannot, `lookUp` makes it so. */
  isAtHand?(series: number, tMs: number): boolean;
  lookUp?(moments: readonly { readonly series: number; readonly tMs: number }[]): Promise<void>;
  /** Adds to the next commit. Rows are copied: whoever made them may let go. */
  stage(batch: CommitBatch): void;
  /** One transaction of all that was staged. */
  commit(): Promise<void>;
  /**
   * Of a store that several processes write to, where `load` finds no series: makes these this process's own, those that are new too, and
   * all that look at them or that they look at. Whoever had them can commit nothing of theirs any more. Returns what a start would find of
   * them; `lastLogId` is above every place that they have in the log. `isRightful` is asked when no other can acquire them before this one has:
   * where it says no, nothing is changed, and nothing returned.
   */
  acquire?(series: readonly NamedSeries[], isRightful?: () => Promise<boolean>): Promise<StoredState | undefined>;
  /**
   * Lets go of series that were acquired. `isGone`: what is or will be staged of them is left out, until they are acquired again, and so does
   * a commit under way that finds another their owner; without it such a commit fails as a whole, STORE_FENCED.
   */
  release?(series: readonly number[], isGone: boolean): void;
}
