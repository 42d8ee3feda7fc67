/*
 * The thread that writes. A commit waits for the disk, seconds on a tired SD card; the main thread must answer the broker
 * meanwhile. Requests are worked on strictly in order. A batch that cannot be written stays at the head and is tried again
 * every second: it is neither lost nor answered.
 */
import { constants } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { StepcastError } from '../errors.js';
import { yieldToOthers } from '../ownThread.js';
import { keepBallast, releaseBallast } from './ballast.js';
import { BatchWriter } from './batchWriter.js';
import { Maintenance } from './maintenance.js';
import { openForWriting } from './openDatabase.js';
import type { Failure, WorkerOptions, WorkerReply, WorkerRequest } from './protocol.js';
import { failureCode } from './storeError.js';

const retryMs = 1000;
const ballastEveryMs = 60_000;

const { path, retention } = workerData as WorkerOptions;
const port = parentPort!;
const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

yieldToOthers(constants.priority.PRIORITY_BELOW_NORMAL); // the main thread, which every reading waits for, is not interrupted by a commit

try {
  start();
} catch (error) {
  reply({ kind: 'failed', error: toFailure(error) });
  port.close();
}

function start(): void {
  const db = openForWriting(path);
  const writer = new BatchWriter(db);
  const maintenance = new Maintenance(db, retention);
  const queue: WorkerRequest[] = [];
  let problem: string | undefined;
  let nowMs = 0;
  let ballastAtMs = 0;
  let resting: NodeJS.Immediate | undefined;

  const work = (): void => {
    while (queue.length > 0) {
      try {
        carryOut(queue[0]);
      } catch (error) {
        if (failureCode(error) !== undefined) {
          fail(error);
          return;
        }
        if (queue[0].kind === 'commit') {
          reply({ kind: 'refused', sequence: queue[0].sequence, error: toFailure(error) });
        }
      }
      queue.shift();
    }
    resting ??= setImmediate(maintain);
  };

  const carryOut = (request: WorkerRequest): void => {
    if (request.kind === 'close') {
      close();
      return;
    }
    nowMs = request.nowMs;
    if (request.kind === 'ledger') {
      writer.ledger.write(request);
      return;
    }
    writer.write(request);
    maintenance.committed(request.readingCount, request.forecastCount);
    const buffers = { readings: request.readings.buffer, forecasts: request.forecasts.buffer };
    reply({ kind: 'committed', sequence: request.sequence, buffers }, Object.values(buffers));
    if (problem !== undefined) reply({ kind: 'problem', error: (problem = undefined) });
  };

  const fail = (error: unknown): void => {
    const failure = toFailure(error);
    if (failure.code !== problem) reply({ kind: 'problem', error: failure });
    problem = failure.code;
    if (failure.code === 'SQLITE_FULL') makeRoom();
    setTimeout(work, retryMs);
  };

  const giveUp = (code: string): void => {
    const error = { code, message: 'closed before it could be written' };
    for (const request of queue.splice(0)) {
      if (request.kind === 'commit') reply({ kind: 'refused', sequence: request.sequence, error });
    }
  };

  const makeRoom = (): void => {
    if (!maintenance.canPrune(nowMs, performance.now())) return;
    releaseBallast(path);
    ballastAtMs = performance.now() + ballastEveryMs;
    maintenance.hurry();
    try {
      db.pragma('wal_checkpoint(RESTART)');
      while (step()) {}
    } catch (error) {
      if (failureCode(error) === undefined) throw error;
    }
  };

  const step = (): boolean => {
    const began = performance.now();
    const done = maintenance.step(nowMs, began);
    if (done) reply({ kind: 'maintained', ms: performance.now() - began, ...done });
    return done !== undefined;
  };

  const maintain = (): void => {
    resting = undefined;
    if (nowMs === 0 || problem !== undefined) return;
    try {
      if (step()) resting = setImmediate(maintain);
      else if (performance.now() >= ballastAtMs) {
        ballastAtMs = performance.now() + ballastEveryMs;
        keepBallast(path);
      }
    } catch (error) {
      if (failureCode(error) === undefined) throw error; // a full disk is told of by the next commit
    }
  };

  const close = (): void => {
    clearImmediate(resting);
    try {
      db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (failureCode(error) === undefined) throw error; // the log stays beside the file: the next start reads it
    }
    db.close();
    reply({ kind: 'closed' });
    port.close();
  };

  keepBallast(path);
  port.on('message', (request: WorkerRequest) => {
    if (request.kind === 'close' && problem !== undefined) giveUp(problem);
    queue.push(request);
    if (queue.length === 1) work();
  });
  reply({ kind: 'ready' });
}

function toFailure(error: unknown): Failure {
  if (error instanceof StepcastError) return { code: error.code, message: error.message, hint: error.hint };
  const { message, stack } = error as Error;
  const code = failureCode(error);
  return code === undefined ? { code: '', message: stack ?? message } : { code, message };
}
