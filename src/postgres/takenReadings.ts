/** Readings of a series that are kept at hand: what is delivered again was among the last. */
export const keptTaken = 64;

export interface Taken {
  readonly tMs: number;
  readonly y: number;
}

/** The newest readings of a series in the order of the log, and the newest time among those before them; NaN: there are none. */
export interface TakenTail {
  readonly rows: readonly Taken[];
  readonly olderMs: number;
}

/** Which readings of a series were taken: the last from memory. Of an older moment it must be told what the database has. */
export class TakenReadings {
  readonly #bySeries = new Map<number, Tail>();
  #found = new Map<string, Set<number>>(); // values by series and time, looked up for the present turn

  has(series: number, tMs: number, y: number): boolean {
    if (this.#bySeries.get(series)?.has(tMs, y)) return true;
    return this.#found.get(momentOf(series, tMs))?.has(y) ?? false;
  }

  /** Whether what is at hand tells of this moment. */
  reaches(series: number, tMs: number): boolean {
    const tail = this.#bySeries.get(series);
    return !tail || !(tMs <= tail.olderMs);
  }

  add(series: number, tMs: number, y: number): void {
    let tail = this.#bySeries.get(series);
    if (!tail) this.#bySeries.set(series, (tail = new Tail(Number.NaN)));
    tail.add(tMs, y);
  }

  begin(series: number, { rows, olderMs }: TakenTail): void {
    const tail = new Tail(olderMs);
    for (const { tMs, y } of rows) tail.add(tMs, y);
    this.#bySeries.set(series, tail);
  }

  forget(series: number): void {
    this.#bySeries.delete(series);
  }

  /** What the database has of moments that are not at hand; it replaces what was looked up before. */
  lookedUp(rows: Iterable<Taken & { readonly series: number }>): void {
    this.#found = new Map();
    for (const { series, tMs, y } of rows) {
      const moment = momentOf(series, tMs);
      const values = this.#found.get(moment);
      if (values) values.add(y);
      else this.#found.set(moment, new Set([y]));
    }
  }
}

const momentOf = (series: number, tMs: number): string => `${series} ${tMs}`;

class Tail {
  readonly #rows = new Float64Array(2 * keptTaken); // time, value: a ring
  #count = 0;
  #next = 0;
  olderMs: number;

  constructor(olderMs: number) {
    this.olderMs = olderMs;
  }

  add(tMs: number, y: number): void {
    const at = 2 * this.#next;
    if (this.#count === keptTaken) {
      const leavingMs = this.#rows[at];
      if (!(leavingMs <= this.olderMs)) this.olderMs = leavingMs;
    } else this.#count++;
    this.#rows[at] = tMs;
    this.#rows[at + 1] = y;
    this.#next = (this.#next + 1) % keptTaken;
  }

  has(tMs: number, y: number): boolean {
    for (let i = 0; i < this.#count; i++) if (this.#rows[2 * i] === tMs && this.#rows[2 * i + 1] === y) return true;
    return false;
  }
}
