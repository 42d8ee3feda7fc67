import { Archive } from './archive.js';
import type { Published } from './witness.js';
import type { SensorMessage } from './workload.js';

/** What a database holds, against what was sent. Every list is empty when all is well; it holds the first few otherwise. */
export interface Verdict {
  readonly readings: number;
  readonly forecasts: number;
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  readonly foreign: readonly string[]; // stored, never sent
  readonly withoutForecast: readonly string[];
  readonly forecastOfNothing: readonly string[];
  readonly publishedOtherwise: readonly string[]; // values on the topic that are not those in the database
  readonly publishedAndStored: number;
}

const some = (found: Iterable<string>): string[] => [...found].slice(0, 5);

export const judge = (dbPath: string, messages: readonly SensorMessage[], published: readonly Published[]): Verdict => {
  const archive = new Archive(dbPath);
  const readings = archive.readings();
  const forecasts = archive.forecasts();
  archive.close();

  // Timed readings are known by their time, bare ones by their value.
  const timed = new Set(messages.filter(({ tMs }) => tMs !== undefined).map(({ series }) => series));
  const expected = new Set(
    messages.map(({ series, tMs, y }) => (tMs === undefined ? `${series} ${y}` : `${series} ${tMs} ${y}`)),
  );
  const stored = new Map<string, number>();
  for (const { series, time, value } of readings) {
    const key = timed.has(series) ? `${series} ${time} ${value}` : `${series} ${value}`;
    stored.set(key, (stored.get(key) ?? 0) + 1);
  }
  const places = new Set(readings.map(({ series, time }) => `${series} ${time}`));
  const seen = published.filter(({ series, time }) => forecasts.has(`${series} ${time}`));
  // A bare reading that was forecast and not yet committed gets another time when it comes again.
  const unexplained = published.filter(({ series, time }) => timed.has(series) && !forecasts.has(`${series} ${time}`));
  const differing = seen.filter(({ series, time, values }) => forecasts.get(`${series} ${time}`) !== values);
  return {
    readings: readings.length,
    forecasts: forecasts.size,
    lost: some([...expected].filter((key) => !stored.has(key))),
    twice: some([...stored].filter(([, count]) => count > 1).map(([key]) => key)),
    foreign: some([...stored.keys()].filter((key) => !expected.has(key))),
    withoutForecast: some([...places].filter((place) => !forecasts.has(place))),
    forecastOfNothing: some([...forecasts.keys()].filter((place) => !places.has(place))),
    publishedOtherwise: some([...differing, ...unexplained].map(({ series, time }) => `${series} ${time}`)),
    publishedAndStored: seen.length - differing.length,
  };
};

export const flawless = {
  lost: [],
  twice: [],
  foreign: [],
  withoutForecast: [],
  forecastOfNothing: [],
  publishedOtherwise: [],
} as const;

/** The places (`series time`) of timed series whose forecasts are not the same in both databases; first few. */
export const differences = (onePath: string, otherPath: string, messages: readonly SensorMessage[]): string[] => {
  const [one, other] = [onePath, otherPath].map((path) => {
    const archive = new Archive(path);
    const forecasts = archive.forecasts();
    archive.close();
    return forecasts;
  });
  const places = messages.filter(({ tMs }) => tMs !== undefined).map(({ series, tMs }) => `${series} ${tMs}`);
  return some(places.filter((place) => one.get(place) === undefined || one.get(place) !== other.get(place)));
};
