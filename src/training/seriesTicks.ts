import { plainSettings } from '../series/plainSettings.js';
import { SeriesTrack } from '../series/seriesTrack.js';
import type { SeriesSettings, Tick } from '../series/types.js';

/** The readings of one series as the ticks that the daemon would make of them; readings that are NaN were never heard. */
export function seriesTicks(
  timesMs: Float64Array,
  values: Float64Array,
  { cadenceMs, season, horizon }: Pick<SeriesSettings, 'cadenceMs' | 'season' | 'horizon'>,
): Tick[] {
  const track = new SeriesTrack({ ...plainSettings, cadenceMs, season, horizon });
  const ticks: Tick[] = [];
  const emit = (tick: Tick): void => void ticks.push(tick);
  for (const [i, tMs] of timesMs.entries()) {
    if (Number.isNaN(values[i])) continue;
    track.take({ tMs, y: values[i], flags: track.admit(tMs, tMs, undefined).flags }, emit);
  }
  track.closeUntil(Number.MAX_SAFE_INTEGER, emit);
  return ticks;
}
