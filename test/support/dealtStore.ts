import type { NamedSeries, SeriesRow, StoredState } from '../../src/pipeline/ports.js';
import { InMemoryStore } from './inMemoryStore.js';

/** The Store port of a store that several processes write to, in memory: series are had by `acquire`. */
export class DealtStore extends InMemoryStore {
  readonly acquired: string[][] = [];
  readonly released: { readonly series: readonly number[]; readonly isGone: boolean }[] = [];
  readonly #own = new Set<number>();

  override afterCrash(): DealtStore {
    const next = new DealtStore();
    for (const [id, row] of this.series) next.series.set(id, row); // known since they were acquired
    for (const batch of this.batches) next.write(batch);
    return next;
  }

  override async load(): Promise<StoredState> {
    return { series: [], snapshots: new Map(), lastLogId: 0 };
  }

  async acquire(named: readonly NamedSeries[], isRightful?: () => Promise<boolean>): Promise<StoredState | undefined> {
    if (isRightful && !(await isRightful())) return undefined;
    this.acquired.push(named.map(({ seriesId }) => seriesId));
    const series = named.map((given) => this.#rowOf(given)).filter(({ id }) => !this.#own.has(id));
    const ids = new Set(series.map(({ id }) => id));
    for (const id of ids) this.#own.add(id);
    const places = [...this.readings, ...this.forecasts].filter((row) => ids.has(row.series)).map(({ id }) => id);
    for (const row of this.readings) if (ids.has(row.series)) this.noteTaken(row);
    return {
      series,
      snapshots: new Map([...this.snapshots].filter(([id]) => ids.has(id))),
      lastLogId: Math.max(0, ...places),
    };
  }

  override async *replay(state: StoredState) {
    const ids = new Set(state.series.map(({ id }) => id));
    for await (const rows of super.replay(state)) yield rows.filter(({ series }) => ids.has(series));
  }

  release(series: readonly number[], isGone: boolean): void {
    this.released.push({ series, isGone });
    for (const id of series) this.#own.delete(id);
  }

  #rowOf({ seriesId, settings }: NamedSeries): SeriesRow {
    const known = [...this.series.values()].find((row) => row.seriesId === seriesId);
    if (known) return known;
    const row = { id: this.series.size + 1, seriesId, settings };
    this.series.set(row.id, row);
    return row;
  }
}
