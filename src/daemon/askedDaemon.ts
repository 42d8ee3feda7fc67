import { StepcastError } from '../errors.js';
import type { DaemonSays, FromHttpThread } from './httpProtocol.js';

type What = keyof DaemonSays;

interface Asked {
  readonly answer: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The daemon as the thread of the interface sees it: asked by message, by all who wait for the same at once, and at times too busy to answer. */
export class AskedDaemon {
  readonly #post: (message: FromHttpThread) => void;
  readonly #patienceMs: number;
  readonly #asked = new Map<What, Asked>();

  constructor(post: (message: FromHttpThread) => void, patienceMs = 5000) {
    this.#post = post;
    this.#patienceMs = patienceMs;
  }

  /** @throws {StepcastError} QUERY_BUSY when no answer comes. */
  ask<W extends What>(what: W): Promise<DaemonSays[W]> {
    const asked = this.#asked.get(what) ?? this.#begin(what);
    return asked.answer as Promise<DaemonSays[W]>;
  }

  answered(what: What, value: unknown): void {
    this.#asked.get(what)?.resolve(value);
  }

  failed(what: What, message: string): void {
    this.#asked.get(what)?.reject(new Error(message));
  }

  #begin(what: What): Asked {
    let [resolve, reject]: [Asked['resolve'], Asked['reject']] = [() => {}, () => {}];
    const timer = setTimeout(() => reject(busy(what, this.#patienceMs)), this.#patienceMs);
    const answer = new Promise<unknown>((...settle) => ([resolve, reject] = settle)).finally(() => {
      clearTimeout(timer);
      this.#asked.delete(what);
    });
    const asked = { answer, resolve, reject };
    this.#asked.set(what, asked);
    this.#post({ kind: 'ask', what });
    return asked;
  }
}

const busy = (what: What, ms: number): StepcastError =>
  new StepcastError({
    ...{ code: 'QUERY_BUSY', op: 'ask', subject: 'daemon', message: `it has not said its ${what} for ${ms / 1000} s` },
    hint: 'ask again in a moment',
  });
