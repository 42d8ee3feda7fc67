import { Worker } from 'node:worker_threads';
import { type ErrorCode, errorCodes, StepcastError } from '../errors.js';
import type { CommitBuffers, Failure, WorkerOptions, WorkerReply, WorkerRequest } from './protocol.js';
import { storeError, toStoreError } from './storeError.js';

const youngMb = 4; // of the worker's heap: what it makes for a row is garbage after the row

type Event = Exclude<WorkerReply, { kind: 'ready' | 'failed' | 'committed' | 'refused' | 'closed' | 'problem' }>;

export interface WorkerClientOptions extends WorkerOptions {
  readonly workerUrl: URL;
  readonly onProblem: (problem: StepcastError | undefined) => void;
  readonly onEvent: (event: Event) => void;
}

/** The main thread's end of the storage worker. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #pending = new Map<
    number,
    { resolve: (buffers: CommitBuffers) => void; reject: (error: unknown) => void }
  >();
  #sequence = 0;
  #end: unknown;
  #closing: (() => void) | undefined;

  /** Resolves when the database is open. @throws {StepcastError} why it cannot be. */
  static async start({ path, retention, workerUrl, onProblem, onEvent }: WorkerClientOptions): Promise<WorkerClient> {
    const worker = new Worker(workerUrl, {
      ...{ workerData: { path, retention } satisfies WorkerOptions, name: 'storage' },
      resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    });
    const client = new WorkerClient(worker, path);
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'ready') resolve();
        else if (reply.kind === 'failed') reject(toError('open store', path, reply.error));
        else if (reply.kind === 'problem') {
          onProblem(reply.error && (toError('commit to', path, reply.error) as StepcastError));
        } else if (reply.kind === 'maintained') onEvent(reply);
        else client.#answer(reply);
      });
      worker.on('error', (error) => {
        reject(error);
        client.#lost(error);
      });
      worker.on('exit', () => client.#lost(new Error('the storage worker ended')));
    });
    return client;
  }

  private constructor(worker: Worker, path: string) {
    this.#worker = worker;
    this.#path = path;
  }

  get pending(): number {
    return this.#pending.size;
  }

  nextSequence(): number {
    return ++this.#sequence;
  }

  post(request: WorkerRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  /** Resolves with the buffers of the commit, to be used again. */
  committed(sequence: number): Promise<CommitBuffers> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#pending.set(sequence, { resolve, reject }));
  }

  async close(): Promise<void> {
    if (this.#end) return;
    await new Promise<void>((resolve) => {
      this.#closing = resolve;
      this.post({ kind: 'close' });
    });
    await this.#worker.terminate();
  }

  #answer(reply: Extract<WorkerReply, { kind: 'committed' | 'refused' | 'closed' }>): void {
    if (reply.kind === 'closed') {
      this.#closing?.();
      return;
    }
    const waiting = this.#pending.get(reply.sequence);
    this.#pending.delete(reply.sequence);
    if (reply.kind === 'committed') waiting?.resolve(reply.buffers);
    else waiting?.reject(toError('commit to', this.#path, reply.error));
  }

  #lost(cause: unknown): void {
    this.#end ??= storeError('commit to', this.#path, 'STORE_IO', 'its thread ended', cause);
    for (const { reject } of this.#pending.values()) reject(this.#end);
    this.#pending.clear();
    this.#closing?.();
  }
}

function toError(op: string, path: string, { code, message, hint }: Failure): unknown {
  if ((errorCodes as readonly string[]).includes(code)) {
    return new StepcastError({ code: code as ErrorCode, op, subject: path, message, hint });
  }
  return code === '' ? new Error(message) : toStoreError(op, path, Object.assign(new Error(message), { code }));
}
