import { join } from 'node:path';
import { stepBuffers } from '../../src/forecast/stepper.js';
import { ModelShelf } from '../../src/inference/modelShelf.js';
import type { OrtStepper } from '../../src/inference/ortStepper.js';
import { ModelLane } from '../../src/pipeline/modelLane.js';
import { SeriesEntry } from '../../src/pipeline/seriesEntry.js';
import { plainSettings } from '../../src/series/plainSettings.js';
import { Random } from '../../src/series/random.js';
import type { Tick } from '../../src/series/types.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, percentile, significant } from '../support/measurement.js';
import { modelsDir } from '../support/modelsDir.js';

const seriesCount = 12;
const past = 6000; // readings the live series has seen
const compared = 24; // ticks after the swap
const near = 6; // steps ahead
const hourMs = 3_600_000;

export const lookbacks = [125, 250, 500, 1000, 2000];

/** What one swap takes: opening the session, rebuilding the state, and what is left of the difference to a state that was always stepped. */
export async function swap({ kind, model, readings }: Trial): Promise<TrialResult> {
  const shelf = new ModelShelf(modelsDir);
  await shelf.load('gru-base'); // the runtime is there already
  if (kind === 'open') {
    const times: number[] = [];
    for (let version = 2; version < 12; version++) {
      const began = clockMs();
      await shelf.open(join(modelsDir, `${model}.onnx`), { name: 'again', version });
      times.push(clockMs() - began);
    }
    return {
      openMs: significant(
        percentile(
          times.sort((a, b) => a - b),
          0.5,
        ),
      ),
    };
  }
  return rebuild(await shelf.load(String(model)), Number(readings));
}

async function rebuild(stepper: OrtStepper, readings: number): Promise<TrialResult> {
  const differences: number[] = [];
  let rebuildMs = 0;
  for (let seed = 1; seed <= seriesCount; seed++) {
    const values = hourly(seed, past + compared);
    const live = await stepped(stepper, values.slice(0, past), 0);
    const began = clockMs();
    const twin = await stepped(stepper, values.slice(past - readings, past), past - readings);
    rebuildMs += (clockMs() - began) / seriesCount;
    for (let n = past; n < past + compared; n++)
      differences.push(await differ(stepper, live, twin, ticksOf(live, values[n], n)));
  }
  differences.sort((a, b) => a - b);
  return {
    rebuildMs: significant(rebuildMs),
    median: significant(percentile(differences, 0.5)),
    p95: significant(percentile(differences, 0.95)),
  };
}

/** How far the rebuilt network is from the one that was always stepped, mean over the near steps, in usual errors of the blend: on the live experts. */
async function differ(
  stepper: OrtStepper,
  live: SeriesEntry,
  twin: SeriesEntry,
  ticks: readonly Tick[],
): Promise<number> {
  const buffers = stepBuffers(stepper.model, 2);
  const said = [new Float64Array(near), new Float64Array(near)];
  for (const tick of ticks) {
    live.forecaster.prepare(tick, buffers, 0);
    twin.network.prepare(tick, buffers, 1, live.forecaster);
    await stepper.step(2, buffers);
    for (const [row, network] of [live.network, twin.network].entries())
      network.median(buffers, row, near, said[row], 0, live.forecaster);
    live.forecaster.accept(buffers, 0);
    twin.network.accept(buffers, 1);
  }
  return (
    said[0].reduce((sum, value, i) => sum + Math.abs(value - said[1][i]) / live.forecaster.baseUnit(i + 1), 0) / near
  );
}

async function stepped(stepper: OrtStepper, values: readonly number[], from: number): Promise<SeriesEntry> {
  const entry = new SeriesEntry(
    { id: 1, seriesId: 's', settings: { ...plainSettings, cadenceMs: 0, season: 0, horizon: 24 } },
    stepper.model,
  );
  const lane = new ModelLane(stepper);
  for (const [i, y] of values.entries()) {
    const pending = ticksOf(entry, y, from + i).map((tick) => ({ entry, tick, silent: true, logId: 0 }));
    await lane.step(pending, () => {});
  }
  return entry;
}

function ticksOf(entry: SeriesEntry, y: number, n: number): Tick[] {
  const ticks: Tick[] = [];
  entry.track.take({ tMs: Date.UTC(2026, 0, 5) + n * hourMs, y, flags: 0 }, (tick) => ticks.push(tick));
  return ticks;
}

/** A day of harmonics, an autoregression and noise. */
function hourly(seed: number, count: number): number[] {
  const random = new Random(seed);
  const [a, b, phase] = [random.between(1, 5), random.between(0, 3), random.between(0, 6)];
  let state = 0;
  return Array.from({ length: count }, (_, n) => {
    state = 0.9 * state + random.normal();
    const day = (2 * Math.PI * n) / 24 + phase;
    return 20 + a * Math.sin(day) + b * Math.cos(2 * day) + state + 0.3 * random.normal();
  });
}
