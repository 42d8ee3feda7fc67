import type { ApiLiveEvents } from '../../http/api.js';

export type FeedStatus = 'connecting' | 'live' | 'lost';

interface LiveFeedOptions {
  readonly series?: string; // its full forecasts too
  readonly isBack: () => Promise<unknown>; // resolves once the daemon answers
  readonly onStatus: (status: FeedStatus) => void;
}

type Listeners = { readonly [K in keyof ApiLiveEvents]?: (event: ApiLiveEvents[K]) => void };

const backoffMs = [250, 500, 1000, 2000, 4000];

/** Server-sent events that outlive a restart of the daemon: a connection that ended is opened again as soon as the daemon answers. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #listeners: Listeners;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #closed = false;

  constructor(options: LiveFeedOptions, listeners: Listeners) {
    this.#options = options;
    this.#listeners = listeners;
  }

  start(): void {
    this.#options.onStatus('connecting');
    this.#open();
  }

  stop(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #open(): void {
    const { series, onStatus } = this.#options;
    const source = new EventSource(
      series === undefined ? '/api/live' : `/api/live?series=${encodeURIComponent(series)}`,
    );
    this.#source = source;
    source.addEventListener('error', () => this.#lose('connecting')); // why, only an ordinary question tells
    source.addEventListener('goodbye', () => this.#lose('lost'));
    source.addEventListener('hello', () => {
      this.#attempts = 0;
      onStatus('live');
    });
    for (const [name, listener] of Object.entries(this.#listeners)) {
      const hear = listener as (event: unknown) => void;
      source.addEventListener(name, (event) => hear(JSON.parse((event as MessageEvent<string>).data)));
    }
  }

  #lose(status: FeedStatus): void {
    this.#source?.close();
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#options.onStatus(status);
    this.#timer = setTimeout(() => void this.#tryAgain(), backoffMs[Math.min(this.#attempts++, backoffMs.length - 1)]);
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#options.isBack();
    } catch {
      if (!this.#closed) this.#lose('lost');
      return;
    }
    if (!this.#closed) this.#open();
  }
}
