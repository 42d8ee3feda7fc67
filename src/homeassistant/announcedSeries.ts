import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { writeDurably } from '../writeDurably.js';
import type { SeriesOrigin } from './seriesOrigin.js';

const schema = z.array(
  z.object({
    series: z.string(),
    topic: z.string(),
    field: z.string().optional(),
    unit: z.string().optional(),
    deviceClass: z.string().optional(),
  }),
);

/**
 * What Home Assistant was told of, in a small file that survives a restart: only so can what is not there any more be taken back. A file
 * that cannot be read costs entities that somebody must remove by hand, and no more.
 */
export class AnnouncedSeries {
  readonly #path: string;
  #text = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined: nothing was announced, not even the machine. */
  read(): readonly SeriesOrigin[] | undefined {
    if (!existsSync(this.#path)) return undefined;
    try {
      this.#text = readFileSync(this.#path, 'utf8');
      return schema.parse(JSON.parse(this.#text));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
      return [];
    }
  }

  /** Undefined is no file. Equal content is written once. */
  write(origins: readonly SeriesOrigin[] | undefined): void {
    const text = origins ? JSON.stringify(origins) : '';
    if (text === this.#text) return;
    try {
      if (text === '') rmSync(this.#path, { force: true });
      else writeDurably(this.#path, text);
      this.#text = text;
    } catch {
      // The next change makes up for it: a full disk takes no forecast from anybody.
    }
  }
}
