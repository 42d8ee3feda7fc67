import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Covariate, CovariateValue, SeriesSettings, Tick } from '../series/types.js';
import { CovariateScale } from './covariateScale.js';
import { outsideName } from './features.js';
import type { ModelMetadata } from './modelContract.js';

const clip = 10;
const unknown: CovariateValue = { now: Number.NaN };

export interface OutsideColumnsOptions {
  readonly features: readonly string[];
  readonly horizon: number; // steps
  readonly covariates?: ModelMetadata['covariates'];
  readonly looksAt?: readonly Pick<Covariate, 'name'>[]; // the covariates of the series, in the order of its ticks
  readonly statics?: Readonly<Record<string, number>>;
}

interface Column {
  readonly place: number; // among the covariates of a tick, −1 for none
  readonly isAhead: boolean;
  readonly scale: CovariateScale;
  value: CovariateValue;
}

/**
 * What a model is told that is not of the series itself. With c a covariate at the tick and m, s its running mean and standard deviation:
 *
 *     covariate.NAME = (c − m) / s, of one known ahead (c(t+h) − m) / s for each h        static.NAME = the number itself
 *
 * Clipped to ±10; 0 where nothing is known, and where the series has no such covariate or number.
 */
export class OutsideColumns {
  readonly #horizon: number;
  readonly #columns = new Map<string, Column>();
  readonly #statics = new Map<string, number>();

  constructor({ features, horizon, covariates = {}, looksAt = [], statics = {} }: OutsideColumnsOptions) {
    this.#horizon = horizon;
    for (const feature of features) {
      const outside = outsideName(feature);
      if (outside?.kind === 'static') this.#statics.set(feature, statics[outside.name] ?? 0);
      if (outside?.kind !== 'covariate') continue;
      const place = looksAt.findIndex(({ name }) => name === outside.name);
      const isAhead = covariates[outside.name] === 'future';
      this.#columns.set(feature, { place, isAhead, scale: new CovariateScale(), value: unknown });
    }
  }

  /** Takes in a tick, before any of it is written. */
  observe({ covariates }: Tick): void {
    for (const column of this.#columns.values()) {
      column.value = covariates?.[column.place] ?? unknown;
      column.scale.learn(column.value.now);
    }
  }

  /** Writes the columns of one of these features to x[at…], and returns where they end. */
  write(feature: string, x: Float32Array, at: number): number {
    const column = this.#columns.get(feature);
    if (!column?.isAhead) {
      x[at] = clipped(column ? column.scale.scaled(column.value.now) : this.#statics.get(feature)!);
      return at + 1;
    }
    const { scale, value } = column;
    for (let h = 0; h < this.#horizon; h++) x[at + h] = clipped(scale.scaled(value.ahead?.[h] ?? Number.NaN));
    return at + this.#horizon;
  }

  save(writer: SnapshotWriter): void {
    for (const { scale, value } of this.#columns.values()) {
      scale.save(writer);
      writer.f64(value.now);
      writer.f64s(value.ahead ?? new Float64Array(0));
    }
  }

  load(reader: SnapshotReader): void {
    for (const column of this.#columns.values()) {
      column.scale.load(reader);
      column.value = { now: reader.f64(), ahead: reader.f64s() };
    }
  }
}

const clipped = (value: number): number => Math.min(clip, Math.max(-clip, value));

/** Features of a model that a stream with these settings cannot give it, in words; their columns are 0. */
export function unmetFeatures(
  { features, covariates = {} }: Pick<ModelMetadata, 'features' | 'covariates'>,
  settings: Pick<SeriesSettings, 'covariates' | 'statics'>,
): string[] {
  return features.flatMap((feature) => {
    const { kind, name } = outsideName(feature) ?? {};
    if (kind === undefined || name === undefined) return [];
    if (kind === 'static') return Object.hasOwn(settings.statics ?? {}, name) ? [] : [feature];
    const found = settings.covariates?.find((covariate) => covariate.name === name);
    if (!found) return [feature];
    return covariates[name] === 'future' && found.known === 'past' ? [`${feature} known ahead`] : [];
  });
}
