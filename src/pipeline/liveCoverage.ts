import type { SeriesEntry } from './seriesEntry.js';

const least = 200; // values scored: fewer say little
const told = 5;

/** One series: how often its values lay within the outermost quantiles that were published one step ahead, and how often they should. */
export interface SeriesCoverage {
  readonly series: string;
  readonly scored: number;
  readonly share: number;
  readonly nominal: number;
}

export interface LiveCoverage {
  readonly series: number; // those with enough scored values
  readonly meanError: number | null; // of |share − nominal| over them; null: there is none
  readonly farthest: readonly SeriesCoverage[]; // the few that are farthest off
}

type Counting = Pick<SeriesEntry, 'seriesId' | 'forecaster'> & {
  readonly settings: Pick<SeriesEntry['settings'], 'levels'>;
};

/** What the calibrations of all series have counted, in their whole life. */
export function liveCoverage(entries: Iterable<Counting>): LiveCoverage {
  const counted: SeriesCoverage[] = [];
  for (const { seriesId, settings, forecaster } of entries) {
    const { count, share } = forecaster.coverage(1);
    const { levels } = settings;
    if (count < least || levels.length < 2) continue;
    counted.push({ series: seriesId, scored: count, share, nominal: levels[levels.length - 1] - levels[0] });
  }
  const error = ({ share, nominal }: SeriesCoverage): number => Math.abs(share - nominal);
  const sum = counted.reduce((total, one) => total + error(one), 0);
  return {
    series: counted.length,
    meanError: counted.length > 0 ? sum / counted.length : null,
    farthest: counted.sort((a, b) => error(b) - error(a)).slice(0, told),
  };
}
