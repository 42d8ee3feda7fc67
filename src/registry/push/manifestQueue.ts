export interface QueuedManifest {
  readonly target: string;
  readonly name: string;
  readonly payload: Uint8Array;
}

export interface ManifestQueueOptions {
  readonly hear: (manifest: QueuedManifest) => void;
  readonly elapsedMs: () => number;
  readonly mostBytes: number;
  /** Some were dropped and the queue is empty by now: what is retained may be asked for again. */
  readonly onDropped: (count: number) => void;
}

const share = 4; // one part of the thread's time is theirs

/**
 * Manifests on their way to be heard, the newest of each topic. Whoever sends them takes a quarter of the thread's time at most, however many they are;
 * beyond `mostBytes` they are dropped and counted.
 */
export class ManifestQueue {
  readonly #options: ManifestQueueOptions;
  readonly #waiting = new Map<string, QueuedManifest>(); // by topic
  #bytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ManifestQueueOptions) {
    this.#options = options;
  }

  add(topic: string, manifest: QueuedManifest): void {
    this.#bytes -= this.#waiting.get(topic)?.payload.length ?? 0;
    this.#waiting.delete(topic);
    if (this.#bytes + manifest.payload.length > this.#options.mostBytes) {
      this.#dropped++;
      return;
    }
    this.#waiting.set(topic, manifest);
    this.#bytes += manifest.payload.length;
    this.#timer ??= setTimeout(() => this.#next(), 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
    this.#bytes = 0;
  }

  #next(): void {
    const { hear, elapsedMs, onDropped } = this.#options;
    const [first] = this.#waiting;
    this.#timer = undefined;
    if (!first) {
      if (this.#dropped > 0) onDropped(this.#dropped);
      this.#dropped = 0;
      return;
    }
    const [topic, manifest] = first;
    this.#waiting.delete(topic);
    this.#bytes -= manifest.payload.length;
    const beganMs = elapsedMs();
    hear(manifest);
    this.#timer = setTimeout(() => this.#next(), (share - 1) * (elapsedMs() - beganMs));
  }
}
