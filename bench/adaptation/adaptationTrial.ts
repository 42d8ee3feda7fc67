import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTable } from '../../src/backtest/readTable.js';
import { stepBuffers } from '../../src/forecast/stepper.js';
import { describeModel } from '../../src/inference/loadModel.js';
import { createOrtStepper } from '../../src/inference/ortStepper.js';
import { learningRuntime } from '../../src/lab/learningRuntime.js';
import { type FineTuneOrder, fineTune, type LearningSeries } from '../../src/learning/fineTune.js';
import { learnRecipe } from '../../src/learning/learnRecipe.js';
import { decodeModel, encodeModel } from '../../src/onnx/codec.js';
import { seriesTicks } from '../../src/training/seriesTicks.js';
import { pathOf, singleSeries } from '../accuracy/sets.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { significant } from '../support/measurement.js';
import { modelsDir } from '../support/modelsDir.js';
import { frozenBut, withAdapter, withAdapterState } from './adapted.js';

const rows = 2500;
const hiddenSize = 32;
const answers = 24;
const runtime = learningRuntime(async () => {});
const readBase = () => decodeModel(new Uint8Array(readFileSync(join(modelsDir, 'gru-base.onnx'))));

export const tunedSeries = ['bike_users', 'metro_traffic', 'household_power', 'ett_h1_OT', 'ett_h2_OT'] as const;
export const variants = ['own', 'shared', 'adapter', 'head'] as const;

const starts = {
  own: readBase,
  shared: readBase,
  adapter: () => frozenBut(withAdapter(readBase(), hiddenSize), (name) => /^adapter\.|^head\.v$/.test(name)),
  head: () => frozenBut(readBase(), (name) => name.startsWith('head.')),
};

/** The long training of gru-base on the first four fifths of a series, judged by the last fifth. */
export async function tuneTrial({ variant, series }: Trial): Promise<TrialResult> {
  const names = variant === 'shared' ? tunedSeries : [String(series)];
  const told = names.flatMap((name) => seriesOf(name) ?? []);
  if (told.length < names.length) return { missing: 1 };
  const start = encodeModel(starts[variant as keyof typeof starts]());
  const order: FineTuneOrder = {
    ...{ name: 'tried', version: 2, incumbent: start, from: 'incumbent', depth: 'first', series: told, seed: 1 },
    recipe: { ...learnRecipe, judgedBy: 0.2 },
  };
  const before = process.cpuUsage();
  const { steps, verdict, candidate } = await fineTune(order, runtime);
  const { user, system } = process.cpuUsage(before);
  const cost = { steps, cpuSeconds: significant((user + system) / 1e6) };
  if (variant !== 'shared') return { ...figuresOf(verdict.figures), ...cost };
  const result: Record<string, number> = cost;
  for (const each of told) {
    const one = { ...order, incumbent: start, series: [each], steps: 1 };
    const judged = await judgedOnly(one, candidate);
    for (const [name, value] of Object.entries(judged)) result[`${name} ${each.seriesId}`] = value;
  }
  return result;
}

/** How a candidate does on one series: the gate's figures. */
async function judgedOnly({ incumbent, series, recipe }: FineTuneOrder, candidate: Uint8Array) {
  const { rollOut } = await import('../../src/learning/rollOut.js');
  const { judge } = await import('../../src/learning/judge.js');
  const [old, tried] = [await runtime.openModel(incumbent, 'old'), await runtime.openModel(candidate, 'new')];
  const [one] = series;
  const from = Math.round(one.ticks.length * (1 - recipe!.judgedBy!));
  const options = { ...one, from, breathe: runtime.breathe, incumbent: old.stepper, candidate: tried.stepper };
  const { figures } = judge([await rollOut(options)]);
  await old.release();
  await tried.release();
  return figuresOf(figures);
}

const figuresOf = ({ near, far, network }: { near: number; far: number; network: number }) => ({
  ...{ near: significant(near, 4), far: significant(far, 4), network: significant(network, 4) },
});

function seriesOf(name: string): LearningSeries | undefined {
  const { file, column, stepMs } = singleSeries.find((one) => one.name === name)!;
  const path = pathOf(file);
  if (!path) return undefined;
  const table = readTable(path, { values: [column] });
  const settings = { cadenceMs: stepMs, season: 0, horizon: answers };
  const cells = table.columns.get(column)!;
  const ticks = seriesTicks(table.timesMs.slice(-rows), cells.slice(-rows), settings);
  return { seriesId: name, horizon: answers, levels: [0.1, 0.5, 0.9], season: 0, ticks };
}

export const servings = ['shared, 256 at once', 'adapters, 256 at once', 'own networks, one after another'] as const;

/** Microseconds a step of one of 256 series. */
export async function serveTrial({ serving }: Trial): Promise<TrialResult> {
  const isOwn = serving === servings[2];
  const proto = serving === servings[1] ? withAdapterState(readBase(), hiddenSize, answers) : readBase();
  const bytes = encodeModel(proto);
  let half = 0; // of all: the first ones have the runtime compile its code once more
  const steppers = [];
  for (let i = 0; i < (isOwn ? 256 : 1); i++) {
    if (i === 128) half = residentBytes();
    const model = await describeModel('served', bytes, proto);
    steppers.push(await createOrtStepper(model, bytes, { maxBatch: isOwn ? 1 : 256 }));
  }
  const kilobytes = (residentBytes() - half) / 1024;
  const buffers = steppers.map((stepper) => stepBuffers(stepper.model, isOwn ? 1 : 256));
  const times: number[] = [];
  for (let round = 0; round < 400; round++) {
    const began = performance.now();
    for (const [i, stepper] of steppers.entries()) await stepper.step(isOwn ? 1 : 256, buffers[i]);
    if (round >= 100) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  for (const stepper of steppers) await stepper.release();
  const microseconds = significant((1000 * times[times.length >> 1]) / 256);
  return { microseconds, ...(isOwn && { kilobytesEach: significant(kilobytes / 128) }) };
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
