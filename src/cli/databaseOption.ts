import { Option } from 'commander';
import { isPostgres } from '../config/postgresAddress.js';
import { usageError } from './usageError.js';

/** For what reads: the file of a daemon, or the database that the workers of a fleet share. */
export const databaseOption = (): Option =>
  new Option('--db <file|url>', 'SQLite file, or postgres://… (PGPASSWORD has its password)').default(
    'stepcast.db',
    './stepcast.db',
  );

/** For what a database on PostgreSQL is not asked. @throws {CommanderError} */
export const fileOnly = (command: string, db: string): string => {
  if (!isPostgres(db)) return db;
  throw usageError(
    command,
    '--db must be a SQLite file: the workers of a fleet fine-tune by themselves (learn.enabled)',
  );
};

export const formatOption = (): Option =>
  new Option('--format <format>', 'how to print').choices(['table', 'json', 'csv']).default('table');
