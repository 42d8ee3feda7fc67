import { writeDurablyBeside } from '../writeDurably.js';

/**
 * A small file that follows what it is told, off the calling thread: whole or not at all, one write at a time, the last text wins. A write
 * that fails is made up for by the next.
 */
export class WriteBehind {
  readonly #path: string;
  #text: string | undefined; // not yet written
  #writing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  write(text: string): void {
    this.#text = text;
    this.#writing ??= this.#work();
  }

  /** Once all that was told is on disk, as far as it can be. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #work(): Promise<void> {
    for (let text = this.#text; text !== undefined; text = this.#text) {
      this.#text = undefined;
      await writeDurablyBeside(this.#path, text).catch(() => {});
    }
    this.#writing = undefined;
  }
}
