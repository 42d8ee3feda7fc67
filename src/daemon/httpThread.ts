import { Worker } from 'node:worker_threads';
import type { Logger } from '../log.js';
import type { DaemonSays, FromHttpThread, HttpThreadOrder, ToHttpThread } from './httpProtocol.js';

const heapMb = 192;
const youngMb = 8; // what a question makes is garbage once it is answered
const mostUnheard = 3; // beats in a row

type Says = { readonly [What in keyof DaemonSays]: () => DaemonSays[What] | Promise<DaemonSays[What]> };

export interface HttpThreadOptions {
  readonly order: () => HttpThreadOrder;
  readonly says: Says;
  readonly onListeners: (wanted: readonly string[] | undefined) => void;
  readonly onTaken: () => void;
  readonly onLost: () => void;
  readonly aheadMs: () => number; // the daemon's clock, of this machine's
  readonly log: Logger;
  readonly workerUrl?: URL;
  readonly beatMs?: number;
  readonly againMs?: number; // after it was lost
  readonly stopMs?: number; // a thread that takes longer to end is ended
}

/** The daemon's end of the thread of the interface. One that ends, or gives no sign of life, is started again; the daemon goes on meanwhile. */
export class HttpThread {
  readonly #options: HttpThreadOptions;
  readonly #url: URL;
  #worker: Worker | undefined;
  #beats: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #unheard = 0;

  constructor(options: HttpThreadOptions) {
    this.#options = options;
    this.#url = options.workerUrl ?? new URL('./httpWorker.js', import.meta.url);
  }

  start(): void {
    const { order, aheadMs, beatMs = 5000 } = this.#options;
    const worker = new Worker(this.#url, {
      ...{ workerData: order(), name: 'http' },
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb },
    });
    this.#worker = worker;
    this.#unheard = 0;
    const lost = (problem: unknown): void => {
      if (this.#worker === worker) this.#lost(problem);
    };
    worker.on('message', (message: FromHttpThread) => void this.#hear(message, worker));
    worker.on('error', lost);
    worker.on('exit', () => lost('it ended'));
    this.#beats = setInterval(() => {
      if (this.#unheard++ >= mostUnheard) lost('it gave no sign of life');
      else this.post({ kind: 'beat', aheadMs: aheadMs() });
    }, beatMs).unref();
  }

  /** To a thread that is not there it goes nowhere. */
  post(message: ToHttpThread): void {
    this.#worker?.postMessage(message);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#again);
    clearInterval(this.#beats);
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.post({ kind: 'stop' });
    this.#worker = undefined;
    const timer = setTimeout(() => void worker.terminate(), this.#options.stopMs ?? 5000);
    await ended;
    clearTimeout(timer);
  }

  async #hear(message: FromHttpThread, worker: Worker): Promise<void> {
    const { says, onListeners, onTaken, log } = this.#options;
    switch (message.kind) {
      case 'ask': {
        const { what } = message;
        try {
          worker.postMessage({ kind: 'answer', what, value: await says[what]() } satisfies ToHttpThread);
        } catch (error) {
          worker.postMessage({ kind: 'failure', what, message: String(error) } satisfies ToHttpThread);
        }
        return;
      }
      case 'listeners':
        return onListeners(message.wanted);
      case 'taken':
        return onTaken();
      case 'beat':
        this.#unheard = 0;
        return;
      case 'log':
        return log[message.level](message.details, message.message);
    }
  }

  #lost(problem: unknown): void {
    const { log, onLost, againMs = 10_000 } = this.#options;
    const worker = this.#worker;
    this.#worker = undefined;
    clearInterval(this.#beats);
    worker?.removeAllListeners('message');
    void worker?.terminate();
    onLost();
    log.error(
      { code: 'RUNTIME_FAILED', problem: problem instanceof Error ? problem.message : problem },
      'the thread of the dashboard was lost and is started again; forecasts go on',
    );
    this.#again = setTimeout(() => this.start(), againMs);
  }
}
