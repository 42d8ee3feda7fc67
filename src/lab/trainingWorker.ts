/*
 * The thread that trains, and is thrown away afterwards: the memory of WASM never shrinks. It reads the data itself; what it
 * writes is the checkpoint. The main thread stays free for signals and progress.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { StepcastError } from '../errors.js';
import type { RunReport } from '../training/trainingRun.js';
import { writeDurably } from '../writeDurably.js';
import { checkpointInvalid, dataDigest, readCheckpoint } from './readCheckpoint.js';
import { trainingData } from './trainingData.js';
import type { TrainingFailure, TrainingOrder, TrainingReply } from './trainingProtocol.js';
import { TrainingSession } from './trainingSession.js';

const reportEveryMs = 100;
const saveEveryMs = 30_000;

const order = workerData as TrainingOrder;
const port = parentPort!;
const post = (reply: TrainingReply, transfer: ArrayBuffer[] = []): void => port.postMessage(reply, transfer);

try {
  await train();
} catch (error) {
  post({ kind: 'failed', failure: failureOf(error) });
}

async function train(): Promise<void> {
  const { job, resume, checkpoint, out } = order;
  const stop = new Int32Array(order.stop);
  const data = trainingData(job);
  const session = new TrainingSession(job, data);
  const digest = dataDigest(job.files);
  const before = resume === undefined ? 0 : goOn(session, resume, digest);
  const began = performance.now();
  const elapsedMs = (): number => before + performance.now() - began;
  let [reportedMs, savedMs] = [Number.NEGATIVE_INFINITY, began];
  const save = (): void => {
    if (checkpoint === undefined) return;
    writeDurably(checkpoint, session.run.save({ job, out, data: digest, elapsedMs: elapsedMs() }));
    savedMs = performance.now();
  };
  const onStep = (report: RunReport): 'stopped' | 'seconds' | undefined => {
    const now = performance.now();
    if (report.skipped || report.heldOut !== undefined || now - reportedMs >= reportEveryMs) {
      post({ kind: 'report', report, elapsedMs: elapsedMs() });
      reportedMs = now;
    }
    if (Atomics.load(stop, 0) !== 0) return 'stopped';
    if (job.seconds !== undefined && elapsedMs() >= 1000 * job.seconds) return 'seconds';
    if (now - savedMs >= saveEveryMs) save();
    return undefined;
  };
  try {
    const outcome = await session.run.run(onStep);
    if (outcome.ended === 'stopped') save();
    const { model, trained } = await session.finish(outcome);
    post({ kind: 'done', trained, model }, [model.buffer as ArrayBuffer]);
  } catch (error) {
    if (error instanceof StepcastError && error.code === 'TRAINING_DIVERGED') save();
    throw error;
  } finally {
    await session.release();
  }
}

/** Loads a checkpoint into a session; the milliseconds it had run before. */
function goOn(session: TrainingSession, resume: string, digest: string): number {
  const { bytes, about } = readCheckpoint(resume);
  if (about.data !== digest) throw checkpointInvalid(resume, 'the data files have changed since');
  session.run.load(bytes);
  return about.elapsedMs;
}

function failureOf(error: unknown): TrainingFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StepcastError)) return { op: 'train', subject: order.job.name, message };
  const { code, op, subject, hint } = error;
  return { code, op, subject, message, hint };
}
