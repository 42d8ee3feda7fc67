import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../../src/backtest/readTable.js';
import { medianIndex } from '../../../src/forecast/forecastWriter.js';
import { RecurrentForecaster } from '../../../src/forecast/recurrentForecaster.js';
import { stepBuffers } from '../../../src/forecast/stepper.js';
import { loadModel } from '../../../src/inference/loadModel.js';
import { createOrtStepper } from '../../../src/inference/ortStepper.js';
import { deviceExport } from '../../../src/lab/deviceExport.js';
import { weekPhase } from '../../../src/series/calendar.js';
import type { Tick } from '../../../src/series/types.js';
import { seriesTicks } from '../../../src/training/seriesTicks.js';
import { runKernels } from './support/kernels.js';

const model = fileURLToPath(new URL('../../fixtures/deviceGru.onnx', import.meta.url));
const vega = (name: string): string =>
  fileURLToPath(new URL(`../../../node_modules/vega-datasets/data/${name}`, import.meta.url));
const trainedOn = vega('seattle-weather-hourly-normals.csv');
const hourMs = 3_600_000;

interface Set {
  readonly name: string;
  readonly file: string;
  readonly column: string;
  readonly cadenceMs: number;
}

const shipped: Set[] = [
  { name: 'daily maximum in Seattle', file: vega('seattle-weather.csv'), column: 'temp_max', cadenceMs: 24 * hourMs },
  { name: 'hourly pressure in Seattle', file: trainedOn, column: 'pressure', cadenceMs: hourMs },
  { name: 'carbon dioxide at Mauna Loa', file: vega('co2-concentration.csv'), column: 'CO2', cadenceMs: 0 },
];

/** STEPCAST_DEVICE_DATA: a folder of further sets, of which the first column of each file is replayed. */
const further = (folder: string): Set[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .map((name) => {
      const file = join(folder, name);
      const [column] = readTable(file, { values: [] }).columns.keys();
      return { name, file, column, cadenceMs: hourMs };
    });

const { STEPCAST_DEVICE_DATA: folder } = process.env;
const sets = [...shipped, ...(folder ? further(folder) : [])];

function ticksOf({ file, column, cadenceMs }: Set, horizon: number): Tick[] {
  const { timesMs, columns } = readTable(file, { values: [column] });
  return seriesTicks(timesMs, columns.get(column)!, { cadenceMs, season: 0, horizon });
}

/** Ticks as firmware-bridge/device/test/kernels.c reads them. */
function tickBytes(ticks: readonly Tick[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(12 * ticks.length));
  for (const [i, { y, tMs, missing, restart }] of ticks.entries()) {
    view.setFloat32(12 * i, y, true);
    view.setUint32(12 * i + 4, Math.round(weekPhase(tMs) * 7 * 24 * hourMs), true);
    view.setUint16(12 * i + 8, Math.min(missing, 65_535), true);
    view.setUint8(12 * i + 10, restart ? 1 : 0);
  }
  return new Uint8Array(view.buffer);
}

/** Medians of the daemon's float model, [ticks, horizon]. */
async function daemonMedians(ticks: readonly Tick[]): Promise<Float64Array> {
  const { model: loaded, bytes } = await loadModel(model);
  const stepper = await createOrtStepper(loaded, bytes, { maxBatch: 1 });
  const buffers = stepBuffers(loaded, 1);
  const forecaster = new RecurrentForecaster(loaded, { season: 0 });
  const { horizon } = loaded.metadata;
  const medians = new Float64Array(ticks.length * horizon);
  for (const [i, tick] of ticks.entries()) {
    forecaster.prepare(tick, buffers, 0);
    await stepper.step(1, buffers);
    forecaster.accept(buffers, 0);
    forecaster.median(buffers, 0, horizon, medians, i * horizon);
  }
  await stepper.release();
  return medians;
}

/** Mean absolute scaled error: over all steps ahead, in the mean change from one value to the next. */
function mase(ticks: readonly Tick[], horizon: number, said: (tick: number, h: number) => number): number {
  const actual = new Map(ticks.map(({ n, y }) => [n, y]));
  const error = { sum: 0, count: 0 };
  const naive = { sum: 0, count: 0 };
  const add = (to: typeof error, off: number): void => {
    if (Number.isNaN(off)) return;
    to.sum += Math.abs(off);
    to.count++;
  };
  for (const [i, { n, y }] of ticks.entries()) {
    if (Number.isNaN(y)) continue;
    add(naive, (actual.get(n + 1) ?? Number.NaN) - y);
    for (let h = 1; h <= horizon; h++) add(error, (actual.get(n + h) ?? Number.NaN) - said(i, h));
  }
  return error.sum / error.count / (naive.sum / naive.count);
}

describe('a model on a device', () => {
  it.each(sets)('forecasts as well in integers as the daemon does in floating point: $name', async (set) => {
    const made = await deviceExport({
      ...{ file: model, kind: 'int8', calibrate: trainedOn, values: ['temperature'], cadenceMs: hourMs, season: 0 },
    });
    const { horizon, levels } = made.model.metadata;
    const middle = medianIndex(levels);
    const ticks = ticksOf(set, horizon);
    const run = (target: 'posix' | 'm3', count: number): Float32Array =>
      new Float32Array(
        runKernels(target, 'observe', { blob: made.bytes, input: tickBytes(ticks.slice(0, count)) }).output.buffer,
      );
    const device = run('posix', ticks.length);
    const daemon = await daemonMedians(ticks);
    const own = mase(ticks, horizon, (i, h) => device[(i * horizon + h - 1) * levels.length + middle]);
    const float = mase(ticks, horizon, (i, h) => daemon[i * horizon + h - 1]);
    console.log(`${set.name}: ${ticks.length} steps, MASE ${float.toFixed(4)} float, ${own.toFixed(4)} int8`);
    expect(Math.abs(own / float - 1)).toBeLessThan(0.01);

    const emulated = run('m3', 400);
    expect(emulated).toHaveLength(Math.min(400, ticks.length) * horizon * levels.length);
    expect(emulated).toEqual(device.slice(0, emulated.length));
  });
});
