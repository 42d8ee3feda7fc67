import { ChunkFile } from './chunkFile.js';
import type { PushManifest } from './pushManifest.js';
import { chunkTopic } from './pushTopics.js';

const window = 8; // chunks that are asked for at a time

/** Asks for the messages of topics, retained ones too, until the returned function is called. */
export type WatchTopics = (topics: readonly string[], take: (topic: string, payload: Uint8Array) => void) => () => void;

export type TransferEnd =
  | { readonly ok: true; readonly file: ChunkFile }
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
 * Nothing of it is left when it fails.
 */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #asked = new Map<number, () => void>(); // what ends the asking
  #file: ChunkFile | undefined;
  #over = false;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  start(): void {
    const { path, manifest } = this.#options;
    try {
      this.#file = new ChunkFile(path, manifest);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#ask();
  }

  /** Ends it; what arrived stays on disk, or goes. */
  stop(keep: 'keep' | 'drop'): void {
    this.#leave();
    if (keep === 'keep') this.#file?.close();
    else this.#file?.remove();
  }

  #ask(): void {
    const { manifest, prefix, watch, onProgress } = this.#options;
    const { missing } = this.#file!;
    onProgress(manifest.chunks.length - missing.size, manifest.chunks.length);
    if (missing.size === 0) {
      this.#complete();
      return;
    }
    for (const index of missing) {
      if (this.#asked.size >= window) return;
      if (this.#asked.has(index)) continue;
      const topic = chunkTopic(prefix, manifest.target, manifest.name, manifest.sha256, index);
      this.#asked.set(
        index,
        watch([topic], (_, payload) => this.#take(index, payload)),
      );
    }
  }

  #take(index: number, payload: Uint8Array): void {
    if (this.#over || !this.#asked.has(index) || payload.length === 0) return; // nothing: it was cleared
    try {
      if (!this.#file!.put(index, payload)) {
        this.#end({ ok: false, code: 'chunk', reason: `chunk ${index} is not the one that was signed` });
        return;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#asked.get(index)!();
    this.#asked.delete(index);
    this.#ask();
  }

  #complete(): void {
    try {
      if (this.#file!.complete()) this.#end({ ok: true, file: this.#file! });
      else this.#end({ ok: false, code: 'hash', reason: 'the file is not the one that was signed' });
    } catch (error) {
      this.#fail(error);
    }
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
    if (!end.ok) this.#file?.remove();
    this.#options.onEnd(end);
  }

  #leave(): void {
    this.#over = true;
    for (const leave of this.#asked.values()) leave();
    this.#asked.clear();
  }
}
