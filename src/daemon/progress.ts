import type { PipelineObserver } from '../pipeline/pipeline.js';

/**
 * Whether the pipeline gets on. Turns come by themselves, a pulse a second: none means that it is wedged. A commit that was begun must
 * end; one that the store says it cannot carry out now (a full disk) is waited for.
 */
export class Progress implements PipelineObserver {
  readonly #elapsedMs: () => number;
  #turnAtMs: number;
  #commitBeganMs: number | undefined;
  #isStoreExcused = false;

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
    this.#turnAtMs = elapsedMs();
  }

  turn(): void {
    this.#turnAtMs = this.#elapsedMs();
  }

  committing(): void {
    this.#commitBeganMs = this.#elapsedMs();
  }

  committed(): void {
    this.#commitBeganMs = undefined;
  }

  /** The store cannot commit, and says so; or can again. */
  excuseStore(isExcused: boolean): void {
    if (this.#isStoreExcused && !isExcused && this.#commitBeganMs !== undefined) this.committing();
    this.#isStoreExcused = isExcused;
  }

  /** What has stood still for longer than `ms`; undefined: nothing. */
  stalled(ms: number): string | undefined {
    const beforeMs = this.#elapsedMs() - ms;
    if (this.#commitBeganMs !== undefined && this.#commitBeganMs < beforeMs && !this.#isStoreExcused)
      return 'the store does not finish a commit';
    return this.#turnAtMs < beforeMs ? 'the pipeline stands still' : undefined;
  }
}
