import type { Registry } from 'prom-client';
import { medianIndex } from '../forecast/forecastWriter.js';
import { LiveSkill } from '../metrics/liveSkill.js';
import type { Forecast } from '../pipeline/ports.js';
import { type Labelled, readGauge } from './readings.js';

const most = 5_000; // series: a database of metrics suffers from more

interface Last {
  readonly skill: LiveSkill;
  timeMs: number;
  value: number;
  next: number;
}

/** The last value and forecast of each series, as gauges. */
export class SeriesMetrics {
  readonly #last = new Map<string, Last>();

  constructor(registry: Registry) {
    const labels = ['series'];
    const gauge = (name: string, help: string, read: (last: Last) => number): void =>
      readGauge(registry, { name, help, labels }, () => this.#by(read));
    gauge('stepcast_series_value', 'Last value of a series.', ({ value }) => value);
    gauge('stepcast_series_forecast', 'Median forecast one step ahead.', ({ next }) => next);
    gauge('stepcast_series_step_timestamp_seconds', 'Time of the last step.', ({ timeMs }) => timeMs / 1000);
    gauge(
      'stepcast_series_skill_ratio',
      '1 − error / error of persistence, one step ahead, lately.',
      ({ skill }) => skill.value ?? Number.NaN,
    );
  }

  hear(forecasts: readonly Forecast[]): void {
    for (const { seriesId, tMs, tick, last, levels, values } of forecasts) {
      const next = values[medianIndex(levels)];
      let known = this.#last.get(seriesId);
      if (!known && this.#last.size >= most) continue;
      if (!known) this.#last.set(seriesId, (known = { skill: new LiveSkill(), timeMs: 0, value: 0, next: 0 }));
      known.skill.add(tick, last, next);
      [known.timeMs, known.value, known.next] = [tMs, last, next];
    }
  }

  #by(read: (last: Last) => number): Labelled {
    return [...this.#last].map(([series, last]) => [{ series }, read(last)] as const);
  }
}
