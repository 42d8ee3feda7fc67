/** One decoded observation. `tMs` is event time, Unix milliseconds, absent where the payload carries none; `y` is in the sensor's own unit. */
export interface Observation {
  readonly seriesId: string;
  readonly tMs: number | undefined;
  readonly y: number;
  readonly sequence?: number; // the sender's own running number, where it sends one
}

/** One admitted observation: its time is settled and it has its place in the log. Replaying the log replays the series. */
export interface Reading {
  readonly id: number; // position in the log, strictly increasing over all series
  readonly tMs: number;
  readonly y: number;
  readonly flags: number; // ReadingFlag bits
}

/** How a reading was admitted. Stored with it, so that a replay decides nothing anew. */
export const ReadingFlag = {
  late: 1, // older than the series: kept, but not stepped
  restart: 2, // the device's clock was set back: the time line begins again here
  stamped: 4, // no usable time of its own: carries its arrival time
} as const;

/**
 * One step of a series. `n` counts steps, missing ones included; `y` is NaN for a missing step; `missing` counts the steps
 * skipped just before this one; `restart` says that the recurrent state must be cleared before it.
 */
export interface Tick {
  readonly n: number;
  readonly tMs: number;
  readonly y: number;
  readonly stepMs: number; // width of a step, milliseconds
  readonly stepIsGuess?: boolean; // too few readings to know it yet
  readonly missing: number;
  readonly restart: boolean;
  readonly covariates?: readonly CovariateValue[]; // in the order of the settings, where these name any
}

/** A series that another one looks at. `past`: what it was up to now. `future`: its readings carry times ahead, and tell what will be. */
export interface Covariate {
  readonly name: string; // of the features
  readonly series: string;
  readonly known: 'past' | 'future';
}

/** What was known of a covariate when a tick was made, in its own unit; NaN: nothing. */
export interface CovariateValue {
  readonly now: number;
  readonly ahead?: Float64Array; // at the target of each horizon step, where it is known ahead
}

export type Aggregate = 'mean' | 'last' | 'min' | 'max' | 'sum';

/** How the readings of one series become ticks. `cadenceMs` 0 means event cadence: every reading is one step. */
export interface SeriesSettings {
  readonly cadenceMs: number;
  readonly aggregate: Aggregate;
  readonly lateMs: number; // grid only: how long a slot stays open for late readings, milliseconds of event time
  readonly maxGapSteps: number; // a longer gap clears the recurrent state
  readonly counter: boolean; // the value is a monotonic meter: forecast its increase a step
  readonly season: number; // steps, 0 = found from the cadence
  readonly horizon: number; // steps
  readonly levels: readonly number[]; // of the quantiles, increasing, 0.5 among them
  readonly model: string; // a registry name, or 'auto'
  readonly covariates?: readonly Covariate[];
  readonly statics?: Readonly<Record<string, number>>; // what is true of it at all times, by the name of the feature
}
