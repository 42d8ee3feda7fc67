import { Worker } from 'node:worker_threads';
import { StepcastError } from '../errors.js';
import type { RunReport } from '../training/trainingRun.js';
import type { TrainingFailure, TrainingOrder, TrainingReply } from './trainingProtocol.js';
import type { Trained } from './trainingSession.js';

export interface StartTrainingOptions extends Omit<TrainingOrder, 'stop'> {
  readonly onReport?: (report: RunReport, elapsedMs: number) => void;
  readonly signal?: AbortSignal; // asks it to stop after the step it is at
  readonly workerUrl?: URL;
}

export interface TrainingResult {
  readonly trained: Trained;
  readonly model: Uint8Array; // the best so far, when it was stopped
}

/** Trains in a worker thread of its own, which is gone when the promise is settled. @throws {StepcastError} what the worker threw. */
export async function startTraining({
  onReport,
  signal,
  workerUrl = new URL('./trainingWorker.js', import.meta.url),
  ...order
}: StartTrainingOptions): Promise<TrainingResult> {
  const stop = new SharedArrayBuffer(4);
  const flag = new Int32Array(stop);
  const onAbort = (): void => void Atomics.store(flag, 0, 1);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  const worker = new Worker(workerUrl, { workerData: { ...order, stop } satisfies TrainingOrder, name: 'training' });
  try {
    return await new Promise<TrainingResult>((resolve, reject) => {
      worker.on('message', (reply: TrainingReply) => {
        if (reply.kind === 'report') onReport?.(reply.report, reply.elapsedMs);
        else if (reply.kind === 'done') resolve(reply);
        else reject(errorOf(reply.failure));
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(new Error('the training thread ended')));
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

const errorOf = ({ code, op, subject, message, hint }: TrainingFailure): Error =>
  code ? new StepcastError({ code, op, subject, message, hint }) : new Error(`${op} ${subject}: ${message}`);
