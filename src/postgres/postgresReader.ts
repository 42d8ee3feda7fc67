import type pg from 'pg';
import { Database } from './database.js';
import { newerError, versionOf } from './migrate.js';
import { postgresError } from './postgresError.js';
import { schemaVersion } from './schema.js';

const connections = 2;

/** One moment of the database. Columns of type bigint are to be cast: pg gives them as text. */
export interface Moment {
  rows<T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]>;
}

export interface PostgresReader {
  /** Does `work` on one moment of the database, however many statements it takes; nothing in it can write. */
  read<T>(work: (moment: Moment) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens a database for reading, beside the workers that write it.
 *
 * @throws {StepcastError} STORE_MISSING, STORE_NEWER, STORE_UNREACHABLE, STORE_REFUSED.
 */
export async function openPostgresReader(url: string): Promise<PostgresReader> {
  const database = new Database({ url, connections });
  const { subject } = database;
  try {
    await database.use('read', async (client) => {
      const { rows } = await client.query("SELECT to_regclass('stepcast_version') IS NOT NULL AS there");
      if (!rows[0].there) throw postgresError('read', subject, 'STORE_MISSING', 'nothing was ever stored in it');
      const version = await versionOf(client);
      if (version > schemaVersion) throw newerError('read', subject, version);
    });
  } catch (error) {
    await database.end();
    throw error;
  }
  return {
    read: (work) => database.use('read', (client) => oneMoment(client, work)),
    close: () => database.end(),
  };
}

async function oneMoment<T>(client: pg.PoolClient, work: (moment: Moment) => Promise<T>): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const done = await work({
    rows: async <R>(sql: string, values: readonly unknown[] = []) => (await client.query(sql, [...values])).rows as R[],
  });
  await client.query('COMMIT');
  return done;
}
