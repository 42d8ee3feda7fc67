import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../writeDurably.js';
import type { Learned } from './learningProtocol.js';

/** A fine-tune that was done outside the daemon. */
export interface Tuned {
  readonly series: string;
  readonly parent: string; // NAME@VERSION it began from
  readonly learned: Learned;
  readonly durationMs: number;
}

/**
 * Where `tune` leaves what the gate let through, one file each, whole or not at all; the daemon, which alone writes the database, takes it up
 * at once or when it starts.
 */
export class TunedInbox {
  readonly #folder: string;

  constructor(db: string) {
    this.#folder = `${db}-tuned`;
  }

  put(tuned: Tuned): void {
    mkdirSync(this.#folder, { recursive: true });
    const { candidate, memory } = tuned.learned;
    const text = JSON.stringify({
      ...tuned,
      learned: { ...tuned.learned, candidate: base64(candidate), memory: base64(memory) },
    });
    const hash = createHash('sha256').update(tuned.series).update(candidate).digest('hex');
    writeDurably(join(this.#folder, `${hash}.json`), text);
  }

  /** What lies there, each with a way to have it removed. */
  *take(): Iterable<{ readonly tuned: Tuned; remove(): void }> {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder).sort()) {
      if (!name.endsWith('.json')) continue;
      const file = join(this.#folder, name);
      const { learned, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
      const [candidate, memory] = [learned.candidate, learned.memory].map(
        (text) => new Uint8Array(Buffer.from(text, 'base64')),
      );
      yield {
        tuned: { ...rest, learned: { ...learned, candidate, memory } },
        remove: () => rmSync(file, { force: true }),
      };
    }
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
