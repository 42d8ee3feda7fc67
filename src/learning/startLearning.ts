import { Worker } from 'node:worker_threads';
import { StepcastError } from '../errors.js';
import type { Learned, LearningFailure, LearningProgress, LearningReply, LearningTask } from './learningProtocol.js';

export interface StartLearningOptions {
  readonly task: LearningTask;
  readonly onProgress?: (progress: LearningProgress) => void;
  readonly signal?: AbortSignal; // ends it at once
  readonly workerUrl?: URL;
  readonly silenceMs?: number; // without a sign of life, after which it is ended
}

/** Of the thread's JavaScript heap; what WASM takes is beside it, and limited by the machine. */
const heapMb = 256;

/**
 * One fine-tune in a thread of its own, which is gone when the promise is settled: the memory of WASM never shrinks. A crash, a lack of
 * memory or silence ends the thread and nothing else.
 *
 * @throws {StepcastError} LEARNING_FAILED, or what the fine-tune threw.
 */
export async function startLearning({
  task,
  onProgress,
  signal,
  workerUrl = new URL('./learningWorker.js', import.meta.url),
  silenceMs = 120_000,
}: StartLearningOptions): Promise<Learned> {
  const worker = new Worker(workerUrl, {
    ...{ workerData: task, name: 'learning', resourceLimits: { maxOldGenerationSizeMb: heapMb } },
  });
  let watchdog: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  try {
    return await new Promise<Learned>((resolve, reject) => {
      const failed = (message: string, cause?: unknown): void => reject(failure(task, message, cause));
      const heard = (): void => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => failed(`nothing was heard of it for ${silenceMs / 1000} s`), silenceMs);
      };
      onAbort = () => failed('it was stopped');
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort);
      heard();
      worker.on('message', (reply: LearningReply) => {
        heard();
        if (reply.kind === 'progress') onProgress?.(reply.progress);
        else if (reply.kind === 'done') resolve(reply.learned);
        else if (reply.kind === 'failed') reject(errorOf(reply.failure));
      });
      worker.on('error', (error) => failed(error.message, error));
      worker.on('exit', (code) => failed(`its thread ended with code ${code}`));
    });
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

const failure = ({ name }: LearningTask, message: string, cause?: unknown): StepcastError =>
  new StepcastError({
    ...{ code: 'LEARNING_FAILED', op: 'learn', subject: name, message, cause },
    hint: 'the forecasts go on with the model there was',
  });

const errorOf = ({ code, op, subject, message, hint }: LearningFailure): Error =>
  code
    ? new StepcastError({ code, op, subject, message, hint })
    : new StepcastError({ code: 'LEARNING_FAILED', op, subject, message, hint });
