import { StepcastError } from '../errors.js';
import type { LearningSeries } from '../learning/fineTune.js';
import { SeriesTrack } from '../series/seriesTrack.js';
import type { Tick } from '../series/types.js';
import { openForReading } from '../storage/openDatabase.js';
import { StoredLog } from '../storage/storedLog.js';

/**
 * The newest readings of series as the ticks that the daemon made of them, read beside it.
 *
 * @throws {StepcastError} SERIES_UNKNOWN or STORE_*.
 */
export function storedTicks(path: string, names: readonly string[], most: number): LearningSeries[] {
  const db = openForReading(path);
  try {
    const log = new StoredLog(db);
    const rows = new Map(log.load().series.map((row) => [row.seriesId, row]));
    return names.map((seriesId) => {
      const row = rows.get(seriesId);
      if (!row) {
        throw new StepcastError({
          ...{ code: 'SERIES_UNKNOWN', op: 'learn', subject: seriesId, message: `${path} has no such series` },
          hint: '`stepcast series` lists those there are',
        });
      }
      const track = new SeriesTrack(row.settings);
      const ticks: Tick[] = [];
      for (const reading of log.recent(row.id, most, Number.MAX_SAFE_INTEGER)) {
        track.take(reading, (tick) => void ticks.push(tick));
      }
      const { horizon, levels, season, statics } = row.settings;
      return { seriesId, horizon, levels, season, ticks, ...(statics && { statics }) };
    });
  } finally {
    db.close();
  }
}
