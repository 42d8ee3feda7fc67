import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedModel } from '../../src/forecast/modelContract.js';
import { stepBuffers } from '../../src/forecast/stepper.js';
import { loadModel } from '../../src/inference/loadModel.js';
import { createOrtStepper } from '../../src/inference/ortStepper.js';
import { Random } from '../../src/series/random.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, percentile, significant, warmUp } from '../support/measurement.js';
import { type NativeRuntime, nativeRuntime } from './peer.js';
import { stepModel } from './stepModels.js';

export const batches = [1, 8, 32, 64, 256];
const rounds = 20; // batch sizes take turns, so that what else the machine does falls on all of them
const roundMs = 60; // of one size

/** Median microseconds of a step at each batch size: rows in, states and answers out, as the pipeline calls it. */
export async function step({ runtime, cell, hidden }: Trial): Promise<TrialResult> {
  const bytes = stepModel(String(cell), Number(hidden));
  const model = await loaded(bytes);
  const buffers = filled(model);
  const run = runtime === 'stepcast' ? await ours(model, bytes, buffers) : await native(model, bytes, buffers);
  if (typeof run === 'string') return { skipped: run };
  const samples = new Map(batches.map((batch): [number, number[]] => [batch, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [batch, times] of samples) {
      for (let i = 0; i < warmUp.runs / rounds; i++) await run(batch);
      for (const began = clockMs(); clockMs() - began < roundMs; ) {
        const before = clockMs();
        await run(batch);
        times.push(1000 * (clockMs() - before));
      }
    }
  }
  const micros = [...samples].map(([batch, times]) => [
    `b${batch}`,
    significant(
      percentile(
        times.sort((a, b) => a - b),
        0.5,
      ),
    ),
  ]);
  return Object.fromEntries(micros);
}

type Run = (batch: number) => Promise<void>;
type Buffers = ReturnType<typeof stepBuffers>;

async function ours(model: LoadedModel, bytes: Uint8Array, buffers: Buffers): Promise<Run> {
  const stepper = await createOrtStepper(model, bytes);
  return (batch) => stepper.step(batch, buffers);
}

/** The same work: from the same buffers, and back into them. */
async function native(
  { states, featureWidth }: LoadedModel,
  bytes: Uint8Array,
  buffers: Buffers,
): Promise<Run | string> {
  const runtime = nativeRuntime();
  if (typeof runtime === 'string') return runtime;
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all' };
  const session = await runtime.InferenceSession.create(bytes, options);
  const feedsOf = (batch: number): Record<string, object> => {
    const tensor = (data: Float32Array, width: number) =>
      new (runtime as NativeRuntime).Tensor('float32', data.subarray(0, batch * width), [batch, width]);
    return {
      x: tensor(buffers.x, featureWidth),
      ...Object.fromEntries(states.map(({ name, size }, i) => [name, tensor(buffers.states[i], size)])),
    };
  };
  const feeds = new Map(batches.map((batch) => [batch, feedsOf(batch)]));
  return async (batch) => {
    const results = await session.run(feeds.get(batch)!);
    buffers.y.set(results.y.data);
    for (const [i, { name }] of states.entries()) buffers.states[i].set(results[`${name}_next`].data);
  };
}

function filled(model: LoadedModel): Buffers {
  const buffers = stepBuffers(model, Math.max(...batches));
  const random = new Random(1);
  for (let i = 0; i < buffers.x.length; i++) buffers.x[i] = random.normal();
  return buffers;
}

async function loaded(bytes: Uint8Array): Promise<LoadedModel> {
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-bench-'));
  try {
    const path = join(dir, 'step.onnx');
    writeFileSync(path, bytes);
    return (await loadModel(path)).model;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
