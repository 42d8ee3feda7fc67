import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { WriteBehind } from './writeBehind.js';

const whole = z.number().int().nonnegative();

const schema = z.object({
  queue: z.array(z.string()),
  series: z.record(z.string(), z.object({ tick: whole, atMs: z.number(), deepAt: whole })),
  owed: z.record(z.string(), z.string()).default({}),
});

/** How far a series has been learned from. */
export interface LearnedSeries {
  readonly tick: number; // its newest, then
  readonly atMs: number; // epoch milliseconds
  readonly deepAt: number; // steps it had at the last long training, 0: there was none
}

/**
 * What is to be learned and what has been, in a small file that survives a restart: a series leaves the queue only when its
 * fine-tune has come to an end. It is written off the thread that forecasts: what a kill takes from it, or a file that cannot be read, costs a
 * fine-tune too many and no more.
 */
export class LearningJournal {
  readonly #file: WriteBehind;
  readonly #queue: string[] = [];
  readonly #series = new Map<string, LearnedSeries>();
  readonly #owed = new Map<string, string>();

  constructor(path: string) {
    this.#file = new WriteBehind(path);
    if (!existsSync(path)) return;
    try {
      const { queue, series, owed } = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
      this.#queue.push(...queue);
      for (const [name, learned] of Object.entries(series)) this.#series.set(name, learned);
      for (const [name, label] of Object.entries(owed)) this.#owed.set(name, label);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    }
  }

  get next(): string | undefined {
    return this.#queue[0];
  }

  get queue(): readonly string[] {
    return this.#queue;
  }

  of(series: string): LearnedSeries | undefined {
    return this.#series.get(series);
  }

  /** By series, the version that was let through and, for all this file knows, is yet to take over: NAME@VERSION. */
  get owed(): ReadonlyMap<string, string> {
    return this.#owed;
  }

  owe(series: readonly string[], label: string): void {
    for (const name of series) this.#owed.set(name, label);
    this.#write();
  }

  /** Nothing is owed to the series any more. */
  paid(series: string): void {
    if (this.#owed.delete(series)) this.#write();
  }

  /** Puts a series at the end of the queue, unless it waits there. */
  enqueue(series: string): void {
    if (this.#queue.includes(series)) return;
    this.#queue.push(series);
    this.#write();
  }

  /** It is another's turn first. Of the order nothing is written. */
  postpone(series: string): void {
    this.#take(series);
    this.#queue.push(series);
  }

  /** The fine-tune of these series has come to an end. */
  done(all: ReadonlyMap<string, LearnedSeries>): void {
    for (const [series, learned] of all) {
      this.#take(series);
      this.#series.set(series, learned);
    }
    this.#write();
  }

  /** Once it is on disk. */
  settled(): Promise<void> {
    return this.#file.settled();
  }

  /** A series that is not there any more waits no longer. */
  drop(series: string): void {
    this.#take(series);
    this.#write();
  }

  #take(series: string): void {
    const at = this.#queue.indexOf(series);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  #write(): void {
    const [series, owed] = [this.#series, this.#owed].map((map) => Object.fromEntries<unknown>(map));
    this.#file.write(JSON.stringify({ queue: this.#queue, series, owed }));
  }
}
