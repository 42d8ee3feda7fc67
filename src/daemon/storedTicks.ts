import { StepcastError } from '../errors.js';
import type { LearningSeries } from '../learning/fineTune.js';
import { Covariates } from '../pipeline/covariates.js';
import { leastAhead } from '../pipeline/seriesEntry.js';
import { SeriesTrack } from '../series/seriesTrack.js';
import type { Tick } from '../series/types.js';
import { openForReading } from '../storage/openDatabase.js';
import { StoredLog } from '../storage/storedLog.js';

const newest = Number.MAX_SAFE_INTEGER; // place in the log

/**
 * The newest readings of series as the ticks that the daemon made of them, with what it was told of other series, read beside it.
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
      const { horizon, levels, season, statics, covariates } = row.settings;
      const { known, view } = Covariates.emptyView(row, Math.max(horizon, leastAhead));
      const heard = [...known].flatMap(([name, values]) => {
        const source = rows.get(name);
        const readings = source ? log.recent(source.id, 2 * most, newest) : [];
        return readings.map((reading) => ({ reading, values }));
      });
      heard.sort((a, b) => a.reading.id - b.reading.id);
      const ticks: Tick[] = [];
      let at = 0;
      for (const reading of log.recent(row.id, most, newest)) {
        for (; at < heard.length && heard[at].reading.id < reading.id; at++)
          heard[at].values.hear(heard[at].reading.tMs, heard[at].reading.y);
        track.take(reading, (tick) => void ticks.push(view ? view.tell(tick) : tick));
      }
      const outside = { ...(statics && { statics }), ...(covariates && { covariates }) };
      return { seriesId, horizon, levels, season, ticks, ...outside };
    });
  } finally {
    db.close();
  }
}
