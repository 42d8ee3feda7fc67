import { type PackedForecast, type StoredForecast, unpackedForecast } from '../listing/storedForecast.js';
import type { Moment } from './postgresReader.js';

const columns = `f.id::float8, f.tick::float8, f.time, f.issued, f.step, f.value, m.model, m.horizon, m.width, m.i10, m.i50, m.i90,
  f.base, f.scale, f.k`;

/** The forecasts of one series in one moment of the database. */
export class StoredForecasts {
  readonly #moment: Moment;
  readonly series: number; // id

  static async of(moment: Moment, name: string): Promise<StoredForecasts | undefined> {
    const [found] = await moment.rows<{ id: number }>('SELECT id FROM series_def WHERE name = $1', [name]);
    return found && new StoredForecasts(moment, found.id);
  }

  constructor(moment: Moment, series: number) {
    this.#moment = moment;
    this.series = series;
  }

  /** Those with a target in the window, in the order of their ticks. */
  within(fromMs: number, toMs: number): Promise<StoredForecast[]> {
    return this.#all('AND f.time + m.horizon * f.step >= $2 AND f.time < $3 ORDER BY f.tick', fromMs, toMs);
  }

  /** The newest issued at or before a moment, or none. */
  inForce(atMs: number): Promise<StoredForecast[]> {
    return this.#all('AND f.issued <= $2 ORDER BY f.tick DESC LIMIT 1', atMs);
  }

  /** The newest `count`, in the order of their ticks. */
  async newest(count: number): Promise<StoredForecast[]> {
    return (await this.#all('ORDER BY f.tick DESC LIMIT $2', count)).reverse();
  }

  /** The first and the last moment that these forecasts speak of. */
  async targets(): Promise<[firstMs: number, lastMs: number]> {
    const [{ first, last }] = await this.#moment.rows<{ first: number | null; last: number | null }>(
      `SELECT min(f.time) AS first, max(f.time + m.horizon * f.step) AS last
       FROM forecast f JOIN forecast_form m ON m.id = f.form WHERE f.series = $1`,
      [this.series],
    );
    return first === null || last === null ? [0, -1] : [first, last];
  }

  /** Values by tick, of all ticks these forecasts speak of that have come: each has a forecast of its own. */
  async actuals(forecasts: readonly StoredForecast[]): Promise<Map<number, number>> {
    if (forecasts.length === 0) return new Map();
    const last = forecasts.reduce((max, { tick, horizon }) => Math.max(max, tick + horizon), 0);
    const rows = await this.#moment.rows<{ tick: number; value: number }>(
      'SELECT tick::float8, value FROM forecast WHERE series = $1 AND tick BETWEEN $2 AND $3',
      [this.series, forecasts[0].tick + 1, last],
    );
    return new Map(rows.map(({ tick, value }) => [tick, value]));
  }

  async #all(conditionAndOrder: string, ...values: number[]): Promise<StoredForecast[]> {
    const rows = await this.#moment.rows<PackedForecast>(
      `SELECT ${columns} FROM forecast f JOIN forecast_form m ON m.id = f.form WHERE f.series = $1 ${conditionAndOrder}`,
      [this.series, ...values],
    );
    return rows.map(unpackedForecast);
  }
}
