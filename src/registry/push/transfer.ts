import { ChunkFile } from './chunkFile.js';
import type { PushManifest } from './pushManifest.js';
import { chunkTopic } from './pushTopics.js';

const window = 8; // chunks that are asked for at a time

/** Asks for the messages of topics, retained ones too, until the returned function is called. */
export type WatchTopics = (topics: readonly string[], take: (topic: string, payload: Uint8Array) => void) => () => void;

export type TransferEnd =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly code: 'chunk' | 'hash' | 'disk-full' | 'disk'; readonly reason: string };

export interface TransferOptions {
  readonly manifest: PushManifest;
  readonly prefix: string;
  readonly path: string; // of the file that it fills
  readonly watch: WatchTopics;
  readonly onProgress: (received: number, of: number) => void;
  readonly onEnd: (end: TransferEnd) => void;
}

/**
 * One model on its way: a few chunks are asked for at a time, whatever their order, and what is on disk from before is not asked for again.
 * Nothing of it is left when it fails. The disk is waited for beside everything else.
 */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #asked = new Map<number, () => void>(); // what ends the asking
  readonly #writing = new Set<number>();
  #file: ChunkFile | undefined;
  #work: Promise<void> = Promise.resolve();
  #over = false;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** @param after when the file is nobody else's any more */
  start(after: Promise<unknown> = Promise.resolve()): void {
    const { path, manifest } = this.#options;
    this.#next(async () => {
      await after;
      if (this.#over) return;
      this.#file = await ChunkFile.open(path, manifest);
      await this.#ask();
    });
  }

  /** Ends it; what arrived stays on disk, or goes. Resolves when the file is left alone. */
  async stop(keep: 'keep' | 'drop'): Promise<void> {
    this.#leave();
    await this.#work;
    const file = this.#file;
    this.#file = undefined;
    await (keep === 'keep' ? file?.close() : file?.remove());
  }

  /** One thing after another; what throws ends it. */
  #next(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error) => this.#fail(error));
  }

  async #ask(): Promise<void> {
    const { manifest, prefix, watch, onProgress } = this.#options;
    const { missing } = this.#file!;
    if (this.#over) return;
    onProgress(manifest.chunks.length - missing.size, manifest.chunks.length);
    if (missing.size === 0) {
      if (await this.#file!.isWhole()) this.#end({ ok: true, path: this.#file!.path });
      else this.#end({ ok: false, code: 'hash', reason: 'the file is not the one that was signed' });
      return;
    }
    for (const index of missing) {
      if (this.#asked.size + this.#writing.size >= window) return;
      if (this.#asked.has(index) || this.#writing.has(index)) continue;
      const topic = chunkTopic(prefix, manifest.target, manifest.name, manifest.sha256, index);
      this.#asked.set(
        index,
        watch([topic], (_, payload) => this.#take(index, payload)),
      );
    }
  }

  #take(index: number, payload: Uint8Array): void {
    if (this.#over || !this.#asked.has(index) || payload.length === 0) return; // nothing: it was cleared
    this.#asked.get(index)!();
    this.#asked.delete(index);
    this.#writing.add(index);
    this.#next(async () => {
      if (this.#over) return;
      const isRight = await this.#file!.put(index, payload);
      this.#writing.delete(index);
      if (isRight) await this.#ask();
      else this.#end({ ok: false, code: 'chunk', reason: `chunk ${index} is not the one that was signed` });
    });
  }

  #fail(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    this.#end({
      ok: false,
      code: isFull ? 'disk-full' : 'disk',
      reason: isFull ? `no room on disk: ${message}` : message,
    });
  }

  #end(end: TransferEnd): void {
    if (this.#over) return;
    this.#leave();
    this.#options.onEnd(end);
  }

  #leave(): void {
    this.#over = true;
    for (const leave of this.#asked.values()) leave();
    this.#asked.clear();
  }
}
