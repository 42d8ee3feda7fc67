import { RecurrentForecaster } from '../../src/forecast/recurrentForecaster.js';
import { SeriesForecaster } from '../../src/forecast/seriesForecaster.js';
import { type StepBuffers, stepBuffers } from '../../src/forecast/stepper.js';
import { ModelShelf } from '../../src/inference/modelShelf.js';
import type { OrtStepper } from '../../src/inference/ortStepper.js';
import { plainLevels } from '../../src/series/plainSettings.js';
import { Random } from '../../src/series/random.js';
import { SnapshotWriter } from '../../src/series/snapshot.js';
import type { Tick } from '../../src/series/types.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { median, significant } from '../support/measurement.js';
import { modelsDir } from '../support/modelsDir.js';

const series = 1024;
const batch = 256;
const horizon = 24;
const warmTicks = 400; // two weeks and more: every expert speaks
const ticks = 100;
const stepMs = 3_600_000;

/** What a reading of an hourly series costs, microseconds of processor time of the whole process, and what the series takes. */
export async function cost({ model }: Trial): Promise<TrialResult> {
  const stepper = model === 'none' ? undefined : await new ModelShelf(modelsDir).load(String(model));
  const buffers = stepper && stepBuffers(stepper.model, batch);
  const values = wave(series + warmTicks + ticks);
  const out = new Float64Array(horizon * plainLevels.length);
  const round = async (n: number, forecasters: readonly SeriesForecaster[]): Promise<void> => {
    for (let from = 0; from < forecasters.length; from += batch) {
      const part = forecasters.slice(from, from + batch);
      const tickOf = (i: number) => tick(n, values[from + i + n]);
      if (stepper && buffers) await stepped(part, tickOf, stepper, buffers);
      else for (const [i, one] of part.entries()) one.learnOne(tickOf(i));
      for (const one of part) one.forecast(out);
    }
  };
  const first = [forecaster(stepper)]; // what is compiled for it is no part of a series
  for (let n = 0; n < 10 * warmTicks; n++) await round(n % warmTicks, first);
  const before = live();
  const forecasters = Array.from({ length: series }, () => forecaster(stepper));
  for (let n = 0; n < warmTicks; n++) await round(n, forecasters);
  const bytes = (live() - before) / series;
  const micros: number[] = [];
  for (let n = warmTicks; n < warmTicks + ticks; n++) {
    const began = process.cpuUsage();
    await round(n, forecasters);
    const { user, system } = process.cpuUsage(began);
    micros.push((user + system) / series);
  }
  const writer = new SnapshotWriter();
  forecasters[0].save(writer);
  return {
    micros: significant(median(micros)),
    least: significant(Math.min(...micros)),
    bytes: Math.round(bytes),
    snapshot: writer.bytes().length,
  };
}

async function stepped(
  part: readonly SeriesForecaster[],
  tickOf: (i: number) => Tick,
  stepper: OrtStepper,
  buffers: StepBuffers,
): Promise<void> {
  for (const [i, one] of part.entries()) one.prepare(tickOf(i), buffers, i);
  await stepper.step(part.length, buffers);
  for (const [i, one] of part.entries()) one.accept(buffers, i);
}

function forecaster(stepper: OrtStepper | undefined): SeriesForecaster {
  const network = stepper && new RecurrentForecaster(stepper.model, { season: 0 });
  return new SeriesForecaster({ horizon, levels: plainLevels, season: 0, ...(network && { network }) });
}

const tick = (n: number, y: number): Tick => ({ n, tMs: n * stepMs, y, stepMs, missing: 0, restart: n === 0 });

/** A day, a walk and noise. */
function wave(count: number): Float64Array {
  const random = new Random(1);
  let level = 20;
  return Float64Array.from({ length: count }, (_, t) => {
    level += 0.1 * random.normal();
    return level + 5 * Math.sin((2 * Math.PI * t) / 24) + random.normal();
  });
}

/** Bytes in use: objects and array buffers. */
function live(): number {
  for (let i = 0; i < 3; i++) globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
