/** A series as a person knows it. */
export interface Sensor {
  readonly series: string; // the daemon's name for it
  readonly title: string; // with its unit, at most 17 characters
  readonly decimals: number;
  readonly scale?: number; // from the unit that is sent to the unit that is shown
  readonly moments: 'day' | 'hour' | 'live'; // how its times are best told
}
