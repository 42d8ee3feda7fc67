export interface CpuShareOptions {
  readonly share: number; // of one core, 0…1
  readonly cpuMs: () => number; // processor time of this thread so far
  readonly sleep: (ms: number) => Promise<void>;
}

const shortestMs = 10; // a rest below this is saved up

/**
 * Holds a thread to a share of one core. After work that took c milliseconds of processor time it rests c·(1/share − 1): time in which
 * it waited for a processor is not counted, so it never catches up on what others took.
 */
export class CpuShare {
  readonly #options: CpuShareOptions;
  #seenMs: number;
  #owedMs = 0;

  constructor(options: CpuShareOptions) {
    this.#options = options;
    this.#seenMs = options.cpuMs();
  }

  /** Comes back when the next piece of work may begin. */
  async breathe(): Promise<void> {
    const { share, cpuMs, sleep } = this.#options;
    const now = cpuMs();
    this.#owedMs += (now - this.#seenMs) * (1 / share - 1);
    this.#seenMs = now;
    if (this.#owedMs < shortestMs) return;
    const restMs = this.#owedMs;
    this.#owedMs = 0;
    await sleep(restMs);
    this.#seenMs = cpuMs();
  }
}
