import { StepcastError } from '../errors.js';
import type { LearningSeries } from '../learning/fineTune.js';
import { Covariates } from '../pipeline/covariates.js';
import type { ReadingRow, SeriesRow } from '../pipeline/ports.js';
import { leastAhead } from '../pipeline/seriesEntry.js';
import type { KnownValues } from '../series/knownValues.js';
import { SeriesTrack } from '../series/seriesTrack.js';
import type { Tick } from '../series/types.js';

/** One moment of what is stored. */
export interface TickSource {
  readonly shownAs: string;
  series(name: string): Promise<SeriesRow | undefined>;
  /** The newest readings of a series, in log order. */
  recent(series: number, count: number): Promise<readonly ReadingRow[]>;
}

/**
 * The newest readings of series as the ticks that the daemon made of them, with what it was told of other series, read beside it.
 *
 * @throws {StepcastError} SERIES_UNKNOWN.
 */
export async function learningTicks(
  source: TickSource,
  names: readonly string[],
  most: number,
): Promise<LearningSeries[]> {
  const all: LearningSeries[] = [];
  for (const name of names) all.push(await ticksOf(source, name, most));
  return all;
}

async function ticksOf(source: TickSource, seriesId: string, most: number): Promise<LearningSeries> {
  const row = await source.series(seriesId);
  if (!row) {
    throw new StepcastError({
      ...{ code: 'SERIES_UNKNOWN', op: 'learn', subject: seriesId, message: `${source.shownAs} has no such series` },
      hint: '`stepcast series` lists those there are',
    });
  }
  const track = new SeriesTrack(row.settings);
  const { horizon, levels, season, statics, covariates } = row.settings;
  const { known, view } = Covariates.emptyView(row, Math.max(horizon, leastAhead));
  const heard: { readonly reading: ReadingRow; readonly values: KnownValues }[] = [];
  for (const [name, values] of known) {
    const other = await source.series(name);
    const readings = other ? await source.recent(other.id, 2 * most) : [];
    for (const reading of readings) heard.push({ reading, values });
  }
  heard.sort((a, b) => a.reading.id - b.reading.id);
  const ticks: Tick[] = [];
  let at = 0;
  for (const reading of await source.recent(row.id, most)) {
    for (; at < heard.length && heard[at].reading.id < reading.id; at++)
      heard[at].values.hear(heard[at].reading.tMs, heard[at].reading.y);
    track.take(reading, (tick) => void ticks.push(view ? view.tell(tick) : tick));
  }
  const outside = { ...(statics && { statics }), ...(covariates && { covariates }) };
  return { seriesId, horizon, levels, season, ticks, ...outside };
}
