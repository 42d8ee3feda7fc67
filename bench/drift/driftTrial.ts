import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backtest } from '../../src/backtest/backtest.js';
import { readTable } from '../../src/backtest/readTable.js';
import { dataFolder, pathOf, singleSeries } from '../accuracy/sets.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { significant } from '../support/measurement.js';
import { modelsDir } from '../support/modelsDir.js';
import { type DriftName, newRegime, tentSeries } from './drifts.js';

export const rows = 3500;
export const driftAt = 2000;
const learnEvery = 500;
const horizon = 24;
const hourMs = 3_600_000;

/** Rows of which the errors are told: before the drift, right after it, and when all has had time to settle. */
export const stretches = { before: [1500, driftAt], during: [driftAt, 2250], after: [2750, rows - horizon] } as const;

/** Where a series is looked at, if not at its end: a spring in which users and their swing double; a summer that becomes winter. */
const firstRows: Readonly<Record<string, number>> = { 'bike_users spring': 8250, 'ett_h2_OT autumn': 0 };

/** `frozen` learns until the drift, `adaptive` on and on, `new` has known nothing but the new regime all along, `fresh` nothing before the drift. */
export const learners = ['frozen', 'adaptive', 'new', 'fresh'] as const;

/** Mean absolute error one step ahead by learner and stretch, over that of the last value; and of each block of 250 rows, for the picture. */
export async function driftTrial({ series, drift }: Trial): Promise<TrialResult> {
  const values = valuesOf(String(series));
  if (!values) return { missing: `${series} is not in ${dataFolder()}` };
  const late = newRegime(values, drift as DriftName);
  const drifted = values.map((y, i) => (i < driftAt ? y : late[i]));
  const result: Record<string, number> = {};
  const adaptive = new Float64Array(rows); // where nothing drifts, `new` is the same run
  for (const learner of learners) {
    if (learner === 'new' && drift === 'real') continue; // there was no such regime before
    const heardFrom = learner === 'fresh' ? driftAt : 0;
    const heard = learner === 'new' ? late : drifted;
    const errors = new Float64Array(rows);
    if (learner === 'new' && drift === 'none') errors.set(adaptive);
    else errors.set(await errorsOf(heard.subarray(heardFrom), learner === 'frozen' ? driftAt : rows), heardFrom);
    if (learner === 'adaptive') adaptive.set(errors);
    const step = heard.map((y, i) => (i > 0 ? Math.abs(y - heard[i - 1]) : 0));
    const ratio = (from: number, to: number): number => significant(mean(errors, from, to) / mean(step, from, to), 4);
    for (const [name, [from, to]] of Object.entries(stretches))
      if (from >= heardFrom) result[`${learner} ${name}`] = ratio(from, to);
    for (let from = Math.max(1000, heardFrom); from + 250 <= rows - horizon; from += 250)
      result[`${learner} at ${from}`] = ratio(from, from + 250);
  }
  return result;
}

/** The absolute error of the median one step ahead, by row. */
async function errorsOf(values: Float64Array, until: number): Promise<Float64Array> {
  const folder = mkdtempSync(join(tmpdir(), 'stepcast-drift-'));
  const file = join(folder, 'drift.csv');
  const lines = Array.from(values, (y, i) => `${new Date(Date.UTC(2024, 0, 1) + i * hourMs).toISOString()},${y}`);
  writeFileSync(file, `time,y\n${lines.join('\n')}\n`);
  const errors = new Float64Array(values.length);
  let next = Number.NaN;
  try {
    await backtest({
      ...{ file, values: ['y'], cadenceMs: hourMs, horizon, season: 0, models: ['gru-base'], modelsDir },
      ...{ protocol: 'single', learn: { first: 500, every: learnEvery, until, drift: true } },
      onForecast: ({ tick, last, levels, values: said }) => {
        errors[tick] = Math.abs(last - next) || 0;
        next = said[levels.length >> 1];
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return errors;
}

function valuesOf(name: string): Float64Array | undefined {
  if (name === 'tent map') return tentSeries(rows);
  const { file, column } = singleSeries.find((one) => one.name === name.split(' ', 1)[0])!;
  const path = pathOf(file);
  if (!path) return undefined;
  const cells = readTable(path, { values: [column] }).columns.get(column)!;
  const first = firstRows[name] ?? cells.length - rows;
  let last = 0;
  return cells.slice(first, first + rows).map((y) => (last = Number.isNaN(y) ? last : y));
}

const mean = (values: ArrayLike<number>, from: number, to: number): number => {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum / (to - from);
};
