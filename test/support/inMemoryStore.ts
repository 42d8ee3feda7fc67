import type { Decision } from '../../src/pipeline/modelVersions.js';
import type {
  CommitBatch,
  ForecastPlace,
  ForecastRow,
  ReadingRow,
  SeriesRow,
  SnapshotRow,
  Store,
  StoredState,
} from '../../src/pipeline/ports.js';

/**
 * The Store port in memory. What was committed is what a later run finds: `afterCrash` is such a run, begun while commits were
 * under way. `gate` holds every commit back until it resolves.
 */
export class InMemoryStore implements Store {
  readonly series = new Map<number, SeriesRow>();
  readonly snapshots = new Map<number, SnapshotRow>();
  readonly readings: ReadingRow[] = [];
  readonly forecasts: ForecastRow[] = [];
  readonly batches: CommitBatch[] = [];
  readonly decisions: Decision[] = [];
  readonly #known = new Set<string>();
  readonly #staged: CommitBatch[] = [];
  #packetFloor = 0; // position in #ledger
  #ledger: ReadingRow[] = [];
  gate: () => Promise<void> = () => Promise.resolve();

  afterCrash(): InMemoryStore {
    const next = new InMemoryStore();
    for (const batch of this.batches) next.write(batch);
    for (const row of next.readings) next.#note(row);
    return next;
  }

  async load(): Promise<StoredState> {
    return {
      series: [...this.series.values()],
      snapshots: new Map(this.snapshots),
      lastLogId: Math.max(this.readings.at(-1)?.id ?? 0, this.forecasts.at(-1)?.id ?? 0),
    };
  }

  async *replay({ snapshots }: StoredState): AsyncIterable<readonly ReadingRow[]> {
    const rows = this.readings.filter(({ id, series }) => id > (snapshots.get(series)?.readingId ?? 0));
    for (let i = 0; i < rows.length; i += 7) yield rows.slice(i, i + 7);
  }

  async recent(series: number, count: number, upToId: number): Promise<readonly ReadingRow[]> {
    return this.readings.filter((row) => row.series === series && row.id <= upToId).slice(-count);
  }

  lastForecastTick(series: number): number {
    return this.forecasts.findLast((row) => row.series === series)?.tick ?? -1;
  }

  async forecastPlaces(series: number, fromTick: number, afterId: number): Promise<readonly ForecastPlace[]> {
    return this.forecasts.filter((row) => row.series === series && row.tick >= fromTick && row.id > afterId);
  }

  contains(series: number, tMs: number, y: number): boolean {
    return this.#known.has(`${series} ${tMs} ${y}`);
  }

  noteTaken(row: ReadingRow): void {
    this.#note(row);
  }

  takenByPacket(packetId: number): readonly ReadingRow[] {
    return this.#ledger.slice(this.#packetFloor).filter((row) => row.packetId === packetId);
  }

  forgetPacket(packetId: number | undefined): void {
    if (packetId === undefined) this.#packetFloor = this.#ledger.length;
    else this.#ledger = this.#ledger.map((row) => (row.packetId === packetId ? { ...row, packetId: -1 } : row));
  }

  stage(batch: CommitBatch): void {
    this.#staged.push({
      series: [...batch.series],
      readings: [...batch.readings],
      forecasts: batch.forecasts.map((row) => ({ ...row, values: row.values.slice(), weights: row.weights.slice() })),
      snapshots: batch.snapshots.map((row) => ({ ...row, state: row.state.slice() })),
      summaries: [...batch.summaries],
      rejects: [...batch.rejects],
      gaps: [...batch.gaps],
      decisions: [...batch.decisions],
    });
  }

  async commit(): Promise<void> {
    const staged = this.#staged.splice(0);
    const all = <K extends keyof CommitBatch>(key: K) => staged.flatMap((batch) => batch[key] as readonly unknown[]);
    const keys = ['series', 'readings', 'forecasts', 'snapshots', 'summaries', 'rejects', 'gaps', 'decisions'] as const;
    const batch = Object.fromEntries(keys.map((key) => [key, all(key)])) as unknown as CommitBatch;
    await this.gate();
    this.write(batch);
  }

  write(batch: CommitBatch): void {
    this.batches.push(batch);
    for (const row of batch.series) this.series.set(row.id, row);
    this.readings.push(...batch.readings);
    this.forecasts.push(...batch.forecasts);
    for (const row of batch.snapshots) this.snapshots.set(row.series, row);
    this.decisions.push(...batch.decisions);
  }

  #note(row: ReadingRow): void {
    this.#known.add(`${row.series} ${row.tMs} ${row.y}`);
    this.#ledger.push(row);
  }
}
