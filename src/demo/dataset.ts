import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Replay } from './replay.js';

const hourMs = 3_600_000;

/** The recorded streams of the demo, from the data files of the vega-datasets package. Their local times are sent as if they were UTC. */
export function readDataset(): Replay[] {
  return [seattleAir(), departures(), dailyHighs('Seattle', 'seattle'), dailyHighs('New York', 'new-york')];
}

function seattleAir(): Replay {
  const topic = 'sensors/seattle/air';
  return {
    topic,
    source: 'Seattle air temperature by the hour, climate normals 1981–2010 (NOAA)',
    sensors: [{ series: `${topic}.temperature`, title: 'Seattle air °C', decimals: 1, moments: 'hour' }],
    rows: csv('seattle-weather-hourly-normals.csv').map(({ date, temperature }) => ({
      tMs: Date.parse(`${date}Z`),
      values: { temperature: Number(temperature) },
    })),
  };
}

function dailyHighs(city: string, place: string): Replay {
  const topic = `sensors/${place}/weather`;
  return {
    topic,
    source: `${city} daily high, measured 2012–2015 (NOAA)`,
    sensors: [{ series: `${topic}.high`, title: `${city} high °C`, decimals: 1, moments: 'day' }],
    rows: csv('weather.csv')
      .filter(({ location }) => location === city)
      .map(({ date, temp_max: high }) => ({ tMs: Date.parse(`${date}T00:00:00Z`), values: { high: Number(high) } })),
  };
}

function departures(): Replay {
  const topic = 'sensors/airports';
  const flights = JSON.parse(dataFile('flights-20k.json')) as { date: string }[];
  return {
    topic,
    source: 'US airline departures an hour, first quarter of 2001, a sample of 20,000 (BTS)',
    sensors: [{ series: `${topic}.departures`, title: 'US departures /h', decimals: 1, moments: 'hour' }],
    rows: perHour(flights.map(({ date }) => Date.parse(`${date.replaceAll('/', '-').replace(' ', 'T')}:00Z`))).map(
      ({ tMs, count }) => ({ tMs, values: { departures: count } }),
    ),
  };
}

/** Counts events hour by hour, hours without one included; the last hour may be cut short and is left out. */
export function perHour(timesMs: readonly number[]): { tMs: number; count: number }[] {
  const hours = timesMs.map((tMs) => Math.floor(tMs / hourMs));
  const first = hours.reduce((least, hour) => Math.min(least, hour), Number.POSITIVE_INFINITY);
  const last = hours.reduce((most, hour) => Math.max(most, hour), Number.NEGATIVE_INFINITY);
  const counts = new Array<number>(Math.max(0, last - first)).fill(0);
  for (const hour of hours) if (hour < last) counts[hour - first]++;
  return counts.map((count, i) => ({ tMs: (first + i) * hourMs, count }));
}

const csv = (name: string): Record<string, string>[] =>
  parse(dataFile(name), { columns: true, skip_empty_lines: true });

function dataFile(name: string): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  return readFileSync(join(dirname(entry), '..', 'data', name), 'utf8');
}
