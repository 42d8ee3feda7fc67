import type { SparkplugMetric } from './sparkplugPayload.js';

/** Messages of a node that pass before it is asked for a rebirth once more: there is no clock here. */
const askAgainAfter = 100;

interface Described {
  readonly name: string;
  readonly datatype: number;
}

/** The metrics of a node's own, or of one of its devices, as its birth described them. */
export class MetricTable {
  readonly #byAlias = new Map<number, Described>();
  readonly #byName = new Map<string, Described>();

  constructor(metrics: readonly SparkplugMetric[]) {
    for (const { name, alias, datatype } of metrics) {
      if (name === undefined) continue;
      const described = { name, datatype };
      this.#byName.set(name, described);
      if (alias !== undefined) this.#byAlias.set(alias, described);
    }
  }

  get size(): number {
    return this.#byName.size + 1;
  }

  find(metric: SparkplugMetric): Described | undefined {
    if (metric.name !== undefined) return this.#byName.get(metric.name);
    return metric.alias === undefined ? undefined : this.#byAlias.get(metric.alias);
  }
}

/** What is remembered of one edge node between its messages. */
export class SparkplugNode {
  born = false;
  bdSeq: number | undefined;
  readonly #tables = new Map<string, MetricTable>();
  #seq: number | undefined;
  #quietFor = 0;
  #size = 1;

  /** Metrics remembered, and one for each table and the node itself. */
  get size(): number {
    return this.#size;
  }

  /** Its birth voids what was known of the node and of all its devices. */
  birth(seq: number | undefined, bdSeq: number | undefined): void {
    this.forget();
    this.born = true;
    this.bdSeq = bdSeq;
    this.#seq = seq;
    this.#quietFor = 0;
  }

  forget(): void {
    this.born = false;
    this.#seq = undefined;
    this.#tables.clear();
    this.#size = 1;
  }

  table(device: string): MetricTable | undefined {
    return this.#tables.get(device);
  }

  setTable(device: string, table: MetricTable | undefined): void {
    this.#size -= this.#tables.get(device)?.size ?? 0;
    if (table) this.#tables.set(device, table);
    else this.#tables.delete(device);
    this.#size += table?.size ?? 0;
  }

  /** How many messages are missing before this one. The same number once more is a redelivery, not 255 losses. */
  missingBefore(seq: number): number {
    const last = this.#seq;
    this.#seq = seq;
    return last === undefined || last === seq ? 0 : (seq - last - 1) & 255;
  }

  /** Call once a message: whether a rebirth may be asked for now. */
  heard(): void {
    if (this.#quietFor > 0) this.#quietFor--;
  }

  mayAsk(): boolean {
    if (this.#quietFor > 0) return false;
    this.#quietFor = askAgainAfter;
    return true;
  }
}
