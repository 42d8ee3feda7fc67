import { nearestFew } from '../config/nearest.js';
import { shownDatabase } from '../config/postgresAddress.js';
import { StepcastError } from '../errors.js';
import type { Bodies } from './bodies.js';

/** Passes when the database holds the series. @throws {StepcastError} SERIES_UNKNOWN, with the nearest names. */
export async function assertKnownSeries(op: string, series: string, db: string, bodies: Bodies): Promise<void> {
  const names = (await bodies.listSeries(db)).map((row) => row.series);
  if (names.includes(series)) return;
  const near = nearestFew(series, names, 3);
  throw new StepcastError({
    code: 'SERIES_UNKNOWN',
    op,
    subject: series,
    message: names.length === 0 ? `${shownDatabase(db)} holds no series yet` : 'there is no such series',
    hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : '`stepcast series` lists those there are',
  });
}
