import { createHash } from 'node:crypto';
import { readTable } from '../backtest/readTable.js';
import { StepcastError } from '../errors.js';
import { cHeader, cSource, identifierOf } from '../firmware/cSource.js';
import { type DeviceNetwork, parametersOf } from '../firmware/deviceNetwork.js';
import { deviceSizes } from '../firmware/deviceSizes.js';
import { FloatNetwork } from '../firmware/floatStep.js';
import { inputMeans } from '../firmware/inputMeans.js';
import { quantise } from '../firmware/quantise.js';
import { type Blob, readBlob } from '../firmware/readBlob.js';
import { readNetwork } from '../firmware/readNetwork.js';
import type { Refusal } from '../firmware/refusal.js';
import { type ReplayModel, type ReplayScore, replay, replayRows } from '../firmware/replay.js';
import { writeBlob } from '../firmware/writeBlob.js';
import type { LoadedModel } from '../forecast/modelContract.js';
import { stepBuffers } from '../forecast/stepper.js';
import { loadModel } from '../inference/loadModel.js';
import { createOrtStepper } from '../inference/ortStepper.js';
import { readModelFile } from '../inference/readModelFile.js';
import { Random } from '../series/random.js';
import { seasonOf } from '../series/season.js';
import type { Tick } from '../series/types.js';
import { seriesTicks } from '../training/seriesTicks.js';

export interface DeviceExportOptions {
  readonly file: string;
  readonly kind: 'int8' | 'float';
  readonly calibrate?: string; // CSV
  readonly time?: string;
  readonly values: readonly string[]; // columns; empty: every numeric one
  readonly cadenceMs: number; // 0: every row is one step
  readonly season: number; // steps, 0: found
}

export interface DeviceExport {
  readonly id: string; // name of the files, and what C names begin with
  readonly model: LoadedModel;
  readonly network: DeviceNetwork;
  readonly blob: Blob;
  readonly bytes: Uint8Array;
  readonly header: string;
  readonly source: string;
  readonly parameters: number;
  readonly multiplyAdds: number; // a step
  readonly season: number;
  readonly stateBytes: number;
  readonly scratchBytes: number;
  readonly replays: readonly (ReplayScore & { readonly series: string })[];
}

interface Heard {
  readonly series: string;
  readonly ticks: readonly Tick[];
}

const goldenSteps = 8;
const hourMs = 3_600_000;
const longestSeason = 4096;

/** A step model as a device runs it, and what that costs. @throws {StepcastError} MODEL_*, MODEL_UNFIT or DATA_INVALID. */
export async function deviceExport(options: DeviceExportOptions): Promise<DeviceExport> {
  const { file, kind } = options;
  const { model, bytes: onnx } = await loadModel(file);
  const { proto } = await readModelFile(file);
  const refuse: Refusal = (message, hint = 'see docs/export-c.md') =>
    new StepcastError({ code: 'MODEL_UNFIT', op: 'export', subject: file, message, hint });
  const { metadata } = model;
  const network = readNetwork(proto, metadata, refuse);
  await checkAnswers(model, onnx, network, refuse);

  const heard = options.calibrate === undefined ? undefined : heardIn(options.calibrate, options, metadata.horizon);
  const season = seasonFor(model, options, heard, refuse);
  const replayed = heard ?? [{ series: 'synthetic', ticks: syntheticTicks(season) }];
  const floatModel: ReplayModel = { network, metadata, season };
  const rows = replayed.map(({ ticks }) => replayRows(ticks, floatModel));
  const means = heard && kind === 'int8' ? longestMeans(network, rows) : undefined;
  const bytes = writeBlob({
    ...{ network, metadata, season },
    ...(kind === 'int8' && { quantised: quantise(network, refuse, means) }),
    identity: { name: model.name, version: model.version, sha256: createHash('sha256').update(onnx).digest('hex') },
    golden: goldenOf(rows[0].x, network.columns),
  });
  const blob = readBlob(bytes);
  const id = identifierOf(model.name);
  const sizes = deviceSizes(blob);
  const integers = kind === 'int8' ? { ...floatModel, blob } : floatModel;
  return {
    ...{ id, model, network, blob, bytes, season },
    header: cHeader(id, blob, sizes),
    source: cSource(id, blob, bytes),
    parameters: parametersOf(network),
    multiplyAdds: new FloatNetwork(network).multiplyAdds,
    ...sizes,
    replays: replayed.map(({ series, ticks }) => ({ series, ...replay(ticks, integers) })),
  };
}

/** The network as it was read must answer as the file does: what was misread is refused, not exported. */
async function checkAnswers(
  model: LoadedModel,
  onnx: Uint8Array,
  network: DeviceNetwork,
  refuse: Refusal,
): Promise<void> {
  if (network.columns !== model.featureWidth)
    throw refuse(`its first layer reads ${network.columns} columns, and its features make ${model.featureWidth}`);
  const outputs = model.metadata.horizon * model.metadata.levels.length;
  if (network.head.count !== outputs) throw refuse(`its head answers ${network.head.count} numbers, not ${outputs}`);
  const stepper = await createOrtStepper(model, onnx, { maxBatch: 1 });
  const buffers = stepBuffers(model, 1);
  const runner = new FloatNetwork(network);
  const random = new Random(1);
  try {
    for (let step = 0; step < 24; step++) {
      for (let i = 0; i < buffers.x.length; i++) buffers.x[i] = 4 * random.uniform() - 2;
      await stepper.step(1, buffers);
      const y = runner.step(buffers.x);
      const off = y.findIndex((each, i) => !(Math.abs(each - buffers.y[i]) <= 1e-3 * (1 + Math.abs(each))));
      if (off >= 0)
        throw refuse(
          `read as ${network.layers.map(({ cell }) => cell).join(', ')} it answers ${y[off]} where the file answers ${buffers.y[off]}`,
          'it holds more than GRU, LSTM or RNN layers and a dense head: see docs/export-c.md',
        );
    }
  } finally {
    await stepper.release();
  }
}

function heardIn(file: string, options: DeviceExportOptions, horizon: number): Heard[] {
  const { timesMs, columns } = readTable(file, { time: options.time, values: options.values, strict: true });
  const { cadenceMs, season } = options;
  const heard = [...columns].map(([series, values]) => ({
    series,
    ticks: seriesTicks(timesMs, values, { cadenceMs, season, horizon }),
  }));
  const short = heard.find(({ ticks }) => ticks.length < 2 * horizon + goldenSteps);
  if (!short) return heard;
  throw new StepcastError({
    code: 'DATA_INVALID',
    op: 'read',
    subject: file,
    message: `column ${short.series} has ${short.ticks.length} steps, too few for a horizon of ${horizon}`,
    hint: 'give more rows',
  });
}

/** A device is told its season once: as said, as the model says it, or from the width of a step. */
function seasonFor(
  { metadata }: LoadedModel,
  options: DeviceExportOptions,
  heard: readonly Heard[] | undefined,
  refuse: Refusal,
): number {
  const last = heard?.[0].ticks.at(-1);
  const stepMs = options.cadenceMs || (last && !last.stepIsGuess ? last.stepMs : 0);
  const season = options.season || metadata.season || (stepMs > 0 ? seasonOf(stepMs) : 0);
  if (!metadata.features.includes('season')) return 0;
  if (season === 0)
    throw refuse('it reads season, and a device cannot find it', 'say --season STEPS, or --cadence such as 1h');
  if (season <= longestSeason) return season;
  throw refuse(`its season is ${season} steps, and a device keeps at most ${longestSeason}`, 'say a shorter --season');
}

/** A thousand hours of a daily curve with noise, drawn from a seed, for a model that comes without data. */
function syntheticTicks(season: number): Tick[] {
  const random = new Random(7);
  let noise = 0;
  return Array.from({ length: 1000 }, (_, n) => {
    noise = 0.9 * noise + 0.3 * random.normal();
    const y = 20 + 4 * Math.sin((2 * Math.PI * n) / (season || 24)) + noise;
    return { n, tMs: n * hourMs, y, stepMs: hourMs, missing: 0, restart: n === 0 };
  });
}

const longestMeans = (network: DeviceNetwork, rows: readonly ReturnType<typeof replayRows>[]) => {
  const longest = rows.reduce((best, each) => (each.x.length > best.x.length ? each : best));
  return inputMeans(network, longest.x, longest.restarts);
};

/** Rows spread evenly over a replay. */
function goldenOf(x: Float32Array, columns: number): Float32Array {
  const steps = x.length / columns;
  const golden = new Float32Array(goldenSteps * columns);
  for (let k = 0; k < goldenSteps; k++) {
    const row = Math.floor(((k + 1) * steps) / (goldenSteps + 1));
    golden.set(x.subarray(row * columns, (row + 1) * columns), k * columns);
  }
  return golden;
}
