/** What a network may be told of the experts it stands on: their forecasts from the last tick, and how their blend has done. */
export interface ExpertView {
  readonly horizon: number; // steps
  /** The last error of the blend, in units of its usual one: positive where the value came out higher. NaN while there is none. */
  readonly lastError: number;
  /** The forecast of the blend for step h. */
  base(h: number): number;
  /** The usual size of an error of the blend h steps ahead, in the unit of the series, never 0. */
  baseUnit(h: number): number;
  /** What one expert says from the last tick, `out[at + h − 1]` for all of `horizon`. */
  expert(name: 'linear' | 'holtwinters', out: Float64Array, at: number): void;
}
