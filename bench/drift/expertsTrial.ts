import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readTable } from '../../src/backtest/readTable.js';
import { SeriesForecaster } from '../../src/forecast/seriesForecaster.js';
import { pathOf } from '../accuracy/sets.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { significant } from '../support/measurement.js';
import { newRegime } from './drifts.js';
import { driftAt, rows, stretches } from './driftTrial.js';

const horizon = 24;
const hourMs = 3_600_000;
export const injected = ['none', 'level', 'gain', 'season', 'rule'] as const;

interface ExpertSet {
  readonly file: string;
  readonly column: string;
  readonly first?: number; // row; else the newest
}

/** Hourly series; the last is from the package vega-datasets. */
export const expertSets: Readonly<Record<string, ExpertSet>> = {
  bike_users: { file: 'uci_bike_sharing_hourly.csv', column: 'users' },
  'bike_users spring': { file: 'uci_bike_sharing_hourly.csv', column: 'users', first: 8250 },
  metro_traffic: { file: 'uci_metro_traffic.csv', column: 'traffic_volume' },
  'metro_traffic at first': { file: 'uci_metro_traffic.csv', column: 'traffic_volume', first: 0 },
  household_power: { file: 'uci_household_power_hourly.csv', column: 'Global_active_power' },
  ett_h1_OT: { file: 'ETTh1.csv', column: 'OT' },
  ett_h1_HUFL: { file: 'ETTh1.csv', column: 'HUFL' },
  ett_h1_LULL: { file: 'ETTh1.csv', column: 'LULL', first: 5000 },
  ett_h2_OT: { file: 'ETTh2.csv', column: 'OT' },
  ett_h2_MUFL: { file: 'ETTh2.csv', column: 'MUFL' },
  nab_ambient_temp: { file: 'nab_ambient_temperature.csv', column: 'value' },
  'seattle normals': { file: 'seattle-weather-hourly-normals.csv', column: 'temperature' },
};

/**
 * The experts and their blend alone, without a network: mean absolute error one step ahead after each drift, over that of what has known
 * nothing but the new regime, with experts that begin anew (`renewed`) and without (`kept`). Of `none`: renewed over kept, from row 600 on.
 */
export function expertsTrial({ series }: Trial): TrialResult {
  const values = valuesOf(expertSets[String(series)]);
  if (!values) return { missing: `${series} is not there` };
  const result: Record<string, number> = {};
  for (const drift of injected) {
    const late = newRegime(values, drift);
    const drifted = values.map((y, i) => (i < driftAt ? y : late[i]));
    const from = drift === 'none' ? 600 : stretches.after[0];
    const error = (heard: Float64Array, renews: boolean): number => errorOf(heard, renews, from);
    const kept = error(drifted, false);
    const renewed = error(drifted, true);
    if (drift === 'none') result.none = significant(renewed / kept, 4);
    else {
      const fresh = error(late, false);
      result[`${drift} kept`] = significant(kept / fresh, 4);
      result[`${drift} renewed`] = significant(renewed / fresh, 4);
    }
  }
  return result;
}

function errorOf(values: Float64Array, renews: boolean, from: number): number {
  const forecaster = new SeriesForecaster({ horizon, levels: [0.5], season: 0, renews });
  const said = new Float64Array(horizon);
  let sum = 0;
  for (const [n, y] of values.entries()) {
    if (n >= from) sum += Math.abs(said[0] - y);
    const tMs = Date.UTC(2024, 0, 1) + n * hourMs;
    forecaster.learnOne({ n, y, tMs, stepMs: hourMs, missing: 0, restart: n === 0 });
    forecaster.median(said, 0);
  }
  return sum / (values.length - from);
}

function valuesOf({ file, column, first }: ExpertSet): Float64Array | undefined {
  const vega = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data', file);
  const path = file.startsWith('seattle') ? vega : pathOf(file);
  if (!path) return undefined;
  const cells = readTable(path, { values: [column] }).columns.get(column)!;
  const from = first ?? cells.length - rows;
  let last = 0;
  return cells.slice(from, from + rows).map((y) => (last = Number.isNaN(y) ? last : y));
}
