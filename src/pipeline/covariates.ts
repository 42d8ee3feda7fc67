import { CovariateView } from '../series/covariateView.js';
import { heldReadings, KnownValues } from '../series/knownValues.js';
import type { Covariate } from '../series/types.js';
import type { ReadingRow, SeriesRow } from './ports.js';

/** The series that others look at, and what was last heard of each as the log stands. */
export class Covariates {
  readonly #known = new Map<string, KnownValues>(); // by series
  readonly #ahead = new Set<string>();

  /** Makes known that series are looked at. Returns those that were not, with room for their values. */
  declare(covariates: readonly Pick<Covariate, 'series' | 'known'>[]): [string, KnownValues][] {
    for (const { series, known } of covariates) if (known === 'future') this.#ahead.add(series);
    return makeRoom(this.#known, covariates);
  }

  /** What is known of a series that others look at; undefined for any other. */
  of(series: string): KnownValues | undefined {
    return this.#known.get(series);
  }

  /** Whether the readings of a series carry times ahead. */
  isAhead(series: string): boolean {
    return this.#ahead.has(series);
  }

  hear(series: string, { tMs, y }: Pick<ReadingRow, 'tMs' | 'y'>): void {
    this.#known.get(series)?.hear(tMs, y);
  }

  /** Forgets what was heard of these series. Returns those that are looked at, with the room for their values. */
  clear(series: Iterable<string>): [string, KnownValues][] {
    const cleared: [string, KnownValues][] = [];
    for (const name of series) {
      const before = this.#known.get(name);
      if (before) cleared.push([name, new KnownValues(before.capacity)]);
    }
    for (const [name, values] of cleared) this.#known.set(name, values);
    return cleared;
  }

  /** What a series is told of others, as the log stands; nothing of itself. */
  viewOf(row: SeriesRow, horizon: number): CovariateView | undefined {
    return viewOf(row, horizon, (series) => this.#known.get(series));
  }

  /** The same of what others have yet to be heard saying. */
  static emptyView(
    row: SeriesRow,
    horizon: number,
  ): { known: Map<string, KnownValues>; view: CovariateView | undefined } {
    const known = new Map<string, KnownValues>();
    makeRoom(known, row.settings.covariates ?? []);
    return { known, view: viewOf(row, horizon, (series) => known.get(series)) };
  }
}

function viewOf(
  { seriesId, settings }: SeriesRow,
  horizon: number,
  knownOf: (series: string) => KnownValues | undefined,
): CovariateView | undefined {
  const { covariates, cadenceMs } = settings;
  if (!covariates) return undefined;
  return new CovariateView({
    ...{ covariates, horizon, cadenceMs },
    knownOf: (series) => (series === seriesId ? undefined : knownOf(series)),
  });
}

function makeRoom(
  known: Map<string, KnownValues>,
  covariates: readonly Pick<Covariate, 'series' | 'known'>[],
): [string, KnownValues][] {
  return covariates.flatMap(({ series, known: when }): [string, KnownValues][] => {
    if ((known.get(series)?.capacity ?? 0) >= heldReadings[when]) return [];
    const values = new KnownValues(heldReadings[when]);
    known.set(series, values);
    return [[series, values]];
  });
}
