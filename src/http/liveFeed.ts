import type { ServerResponse } from 'node:http';
import type { ApiHealth, ApiLatest, ApiLiveEvents, ApiNode } from './api.js';
import type { Heard } from './liveTap.js';

const latestEveryMs = 500;
const beatEveryMs = 15_000;
const mostUnsentBytes = 512 * 1024; // of a client; it misses what comes above that
const mostStalledMs = 60_000; // a client that takes nothing for so long is cut off
const mostRemembered = 256; // decisions and gaps, for who comes back

export const mostLiveClients = 32;

export interface LiveFeedOptions {
  readonly node: () => ApiNode;
  readonly health: () => ApiHealth;
  /** Of which series somebody wants every forecast in full; undefined: nobody listens. */
  readonly onListeners?: (wanted: readonly string[] | undefined) => void;
}

interface Client {
  readonly response: ServerResponse;
  readonly series: string | undefined; // whose forecasts it wants in full
  readonly missed: Map<string, ApiLatest>; // while it was slow
  sinceMs: number; // it took all it was sent
}

interface Remembered {
  readonly id: number;
  readonly text: string;
}

/** What a LiveTap heard, to every browser that listens. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #run = Date.now(); // of the identities of its events
  readonly #clients = new Set<Client>();
  readonly #latest = new Map<string, ApiLatest>();
  readonly #remembered: Remembered[] = [];
  #lastId = 0;
  #healthText = '';
  #timer: NodeJS.Timeout | undefined;
  #beatMs = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Takes a response over; `lastId` is the last event that its browser has seen, as it says. */
  add(response: ServerResponse, series: string | undefined, lastId: string | undefined): void {
    const client: Client = { response, series, missed: new Map(), sinceMs: performance.now() };
    response.write('retry: 2000\n\n');
    response.write(eventText('hello', this.#options.node()));
    this.#healthText = JSON.stringify(this.#options.health());
    response.write(`event: health\ndata: ${this.#healthText}\n\n`);
    const [run, seen] = (lastId ?? '').split('-').map(Number);
    if (run === this.#run) {
      for (const { id, text } of this.#remembered) if (id > seen) response.write(text);
    }
    this.#clients.add(client);
    response.once('close', () => this.#remove(client));
    this.#timer ??= setInterval(() => this.#turn(), latestEveryMs);
    this.#tellListeners();
  }

  hear({ latest = [], forecasts = [], decisions = [], gaps = [] }: Heard): void {
    if (this.#clients.size > 0) for (const one of latest) this.#latest.set(one.series, one);
    for (const { series, json } of forecasts) {
      const text = `event: forecast\ndata: ${json}\n\n`;
      for (const client of this.#clients) if (client.series === series) this.#send(client, text);
    }
    for (const decision of decisions) this.#tell('decision', decision);
    for (const gap of gaps) this.#tell('gap', gap);
  }

  /** Says goodbye to all. */
  stop(): void {
    clearInterval(this.#timer);
    for (const { response } of [...this.#clients]) response.end(eventText('goodbye', {}));
    this.#clients.clear();
  }

  #tell<Name extends 'decision' | 'gap'>(event: Name, data: ApiLiveEvents[Name]): void {
    const id = ++this.#lastId;
    const text = `id: ${this.#run}-${id}\n${eventText(event, data)}`;
    this.#remembered.push({ id, text });
    if (this.#remembered.length > mostRemembered) this.#remembered.shift();
    for (const client of this.#clients) this.#send(client, text);
  }

  #turn(): void {
    const nowMs = performance.now();
    const health = JSON.stringify(this.#options.health());
    const changed = health !== this.#healthText;
    this.#healthText = health;
    const beats = nowMs - this.#beatMs > beatEveryMs;
    if (beats) this.#beatMs = nowMs;
    const latest = [...this.#latest.values()];
    this.#latest.clear();
    const text = latest.length > 0 ? eventText('latest', latest) : '';
    for (const client of this.#clients) {
      if (client.response.writableLength === 0) client.sinceMs = nowMs;
      if (nowMs - client.sinceMs > mostStalledMs) {
        client.response.destroy();
        continue;
      }
      if (isSlow(client)) {
        for (const one of latest) client.missed.set(one.series, one);
        continue;
      }
      if (client.missed.size > 0) {
        client.response.write(eventText('latest', [...client.missed.values()]));
        client.missed.clear();
      }
      if (text) client.response.write(text);
      if (changed) client.response.write(`event: health\ndata: ${health}\n\n`);
      if (beats) client.response.write(': beat\n\n');
    }
  }

  #send(client: Client, text: string): void {
    if (!isSlow(client)) client.response.write(text);
  }

  #remove(client: Client): void {
    this.#clients.delete(client);
    this.#tellListeners();
    if (this.#clients.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#latest.clear();
  }

  #tellListeners(): void {
    const wanted = new Set([...this.#clients].flatMap(({ series }) => series ?? []));
    this.#options.onListeners?.(this.#clients.size > 0 ? [...wanted] : undefined);
  }
}

const isSlow = ({ response }: Client): boolean => response.writableLength > mostUnsentBytes;

const eventText = <Name extends keyof ApiLiveEvents>(event: Name, data: ApiLiveEvents[Name]): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
