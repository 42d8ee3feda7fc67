import type pg from 'pg';
import { transaction } from './database.js';
import { postgresError } from './postgresError.js';
import { migrations, schemaVersion } from './schema.js';

const lockOfMigration = 0x53544550; // 'STEP'

/**
 * Brings the tables of a database up to date, one worker at a time.
 *
 * @throws {StepcastError} STORE_NEWER, and STORE_REFUSED for a database whose text is not UTF-8.
 */
export async function migrate(client: pg.ClientBase, subject: string): Promise<void> {
  const op = 'open store';
  const [{ server_encoding: encoding }] = (await client.query('SHOW server_encoding')).rows;
  if (encoding !== 'UTF8') {
    throw postgresError(op, subject, 'STORE_REFUSED', `the text of the database is ${encoding}: it must be UTF8`);
  }
  await transaction(client, async () => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockOfMigration]);
    await client.query('CREATE TABLE IF NOT EXISTS stepcast_version (version integer NOT NULL)');
    const version = await versionOf(client);
    if (version > schemaVersion) throw newerError(op, subject, version);
    if (version === schemaVersion) return;
    for (const migration of migrations.slice(version)) await client.query(migration);
    await client.query('DELETE FROM stepcast_version');
    await client.query('INSERT INTO stepcast_version VALUES ($1)', [schemaVersion]);
  });
}

export async function versionOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query('SELECT version FROM stepcast_version');
  return rows[0]?.version ?? 0;
}

export const newerError = (op: string, subject: string, version: number) =>
  postgresError(
    op,
    subject,
    'STORE_NEWER',
    `a newer stepcast wrote it (layout ${version}, this one knows up to ${schemaVersion})`,
  );
