import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurablyBeside } from '../writeDurably.js';

/** Files named by what is in them: SHA256.onnx, never changed, and SHA256.moments, what the optimiser of its training was left with. */
export class ModelFiles {
  readonly folder: string;
  readonly #coming = new Set<string>(); // hashes that are being written and not yet known to anyone
  #writing: Promise<void> = Promise.resolve(); // one after another: two may be of the same bytes

  constructor(folder: string) {
    this.folder = folder;
  }

  path(sha256: string, kind: 'onnx' | 'json' | 'moments' = 'onnx'): string {
    return join(this.folder, `${sha256}.${kind}`);
  }

  has(sha256: string): boolean {
    return existsSync(this.path(sha256));
  }

  /** Keeps a file, off the calling thread: what belongs to it is there before it is. `known`, called once they are there, makes them known. */
  async put<T>(
    sha256: string,
    bytes: Uint8Array,
    beside: { readonly json?: Uint8Array; readonly moments?: Uint8Array },
    known: () => T,
  ): Promise<T> {
    mkdirSync(this.folder, { recursive: true });
    const turn = this.#writing.then(async () => {
      this.#coming.add(sha256);
      if (beside.json) await writeDurablyBeside(this.path(sha256, 'json'), beside.json);
      if (beside.moments) await writeDurablyBeside(this.path(sha256, 'moments'), beside.moments);
      if (!this.has(sha256)) await writeDurablyBeside(this.path(sha256), bytes);
      return known();
    });
    this.#writing = turn.then(
      () => {},
      () => {},
    );
    return turn.finally(() => this.#coming.delete(sha256));
  }

  /** Removes what is not among `kept`, and what an interrupted write left. */
  prune(kept: ReadonlySet<string>): void {
    if (!existsSync(this.folder)) return;
    for (const file of readdirSync(this.folder)) {
      const hash = file.split('.', 1)[0];
      if (this.#coming.has(hash) || (kept.has(hash) && !file.endsWith('.part'))) continue;
      rmSync(join(this.folder, file), { force: true });
    }
  }
}
