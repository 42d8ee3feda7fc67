import { CovariateView } from '../series/covariateView.js';
import { heldReadings, KnownValues } from '../series/knownValues.js';
import { plainSettings } from '../series/plainSettings.js';
import { SeriesTrack } from '../series/seriesTrack.js';
import type { Covariate, SeriesSettings, Tick } from '../series/types.js';
import { heardAhead } from './tableCovariates.js';

/** What a covariate was at the times of the readings. */
export interface CovariateCells extends Pick<Covariate, 'name' | 'known'> {
  readonly cells: Float64Array; // NaN: not heard
}

/** The readings of one series as the ticks that the daemon would make of them; readings that are NaN were never heard. */
export function seriesTicks(
  timesMs: Float64Array,
  values: Float64Array,
  { cadenceMs, season, horizon }: Pick<SeriesSettings, 'cadenceMs' | 'season' | 'horizon'>,
  covariates: readonly CovariateCells[] = [],
): Tick[] {
  const track = new SeriesTrack({ ...plainSettings, cadenceMs, season, horizon });
  const others = covariates.length > 0 ? new Others(timesMs, { cadenceMs, horizon }, covariates) : undefined;
  const ticks: Tick[] = [];
  const emit = (tick: Tick): void => void ticks.push(others ? others.view.tell(tick) : tick);
  for (const [i, tMs] of timesMs.entries()) {
    others?.hear(i);
    if (Number.isNaN(values[i])) continue;
    track.take({ tMs, y: values[i], flags: track.admit(tMs, tMs, undefined).flags }, emit);
  }
  track.closeUntil(Number.MAX_SAFE_INTEGER, emit);
  return ticks;
}

/** Covariates as they are heard row after row: each before the series itself. */
class Others {
  readonly view: CovariateView;
  readonly #timesMs: Float64Array;
  readonly #columns: { readonly covariate: CovariateCells; readonly known: KnownValues; heard: number }[];
  readonly #aheadOf: (row: number) => number;

  constructor(
    timesMs: Float64Array,
    { cadenceMs, horizon }: Pick<SeriesSettings, 'cadenceMs' | 'horizon'>,
    covariates: readonly CovariateCells[],
  ) {
    this.#timesMs = timesMs;
    this.#aheadOf = heardAhead(timesMs, cadenceMs, horizon);
    this.#columns = covariates.map((covariate) => ({
      covariate,
      known: new KnownValues(heldReadings[covariate.known]),
      heard: 0,
    }));
    const byName = new Map(this.#columns.map(({ covariate, known }) => [covariate.name, known]));
    const seen = covariates.map(({ name, known }) => ({ series: name, known }));
    this.view = new CovariateView({ covariates: seen, horizon, cadenceMs, knownOf: (name) => byName.get(name) });
  }

  hear(row: number): void {
    const ahead = this.#aheadOf(row);
    for (const column of this.#columns) {
      const { known, cells } = column.covariate;
      for (const end = known === 'future' ? ahead : row + 1; column.heard < end; column.heard++) {
        const y = cells[column.heard];
        if (!Number.isNaN(y)) column.known.hear(this.#timesMs[column.heard], y);
      }
    }
  }
}
