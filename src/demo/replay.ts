import type { Sensor } from './sensor.js';

/** A message as the sensor sent it, with a time of its own. */
export interface ReplayRow {
  readonly tMs: number; // Unix milliseconds
  readonly values: Readonly<Record<string, number>>;
}

/** A recorded stream that can be sent again. */
export interface Replay {
  readonly topic: string;
  readonly source: string; // what it is and who measured it
  readonly sensors: readonly Sensor[];
  readonly rows: readonly ReplayRow[]; // by time, ascending
}

export const replayPayload = ({ tMs, values }: ReplayRow): string =>
  JSON.stringify({ time: new Date(tMs).toISOString(), ...values });
