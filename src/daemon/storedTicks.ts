import { isPostgres, shownDatabase } from '../config/postgresAddress.js';
import type { LearningSeries } from '../learning/fineTune.js';
import { openForReading } from '../storage/openDatabase.js';
import { StoredLog } from '../storage/storedLog.js';
import { learningTicks } from './learningTicks.js';

const newest = Number.MAX_SAFE_INTEGER; // place in the log

/**
 * `learningTicks` of a database: the path of a file, or the URL of one that workers share.
 *
 * @throws {StepcastError} SERIES_UNKNOWN or STORE_*.
 */
export const storedTicks = (db: string, names: readonly string[], most: number): Promise<LearningSeries[]> =>
  isPostgres(db) ? fromPostgres(db, names, most) : fromFile(db, names, most);

async function fromFile(path: string, names: readonly string[], most: number): Promise<LearningSeries[]> {
  const db = openForReading(path);
  try {
    const log = new StoredLog(db);
    const rows = new Map(log.load().series.map((row) => [row.seriesId, row]));
    const source = {
      shownAs: path,
      series: async (name: string) => rows.get(name),
      recent: async (series: number, count: number) => log.recent(series, count, newest),
    };
    return await learningTicks(source, names, most);
  } finally {
    db.close();
  }
}

async function fromPostgres(url: string, names: readonly string[], most: number): Promise<LearningSeries[]> {
  const [{ openPostgresReader }, { newestReadings, seriesNamed }] = await Promise.all([
    import('../postgres/postgresReader.js'),
    import('../postgres/newestReadings.js'),
  ]);
  const reader = await openPostgresReader(url);
  try {
    return await reader.read((moment) => {
      const source = {
        shownAs: shownDatabase(url),
        series: (name: string) => seriesNamed(moment, name),
        recent: (series: number, count: number) => newestReadings(moment, series, count),
      };
      return learningTicks(source, names, most);
    });
  } finally {
    await reader.close();
  }
}
