import { type NamedVersion, type Rollback, rollbackPlan } from '../listing/rollbackPlan.js';
import { Database, transaction } from './database.js';
import { migrate } from './migrate.js';
import { noteChange } from './modelChanges.js';
import { openPostgresReader } from './postgresReader.js';
import { putDecisions } from './putNotes.js';

const keptRequests = 1000;

/**
 * Takes the series of a model's version in use back to another one, its parent when `version` is not given: decided now, in one transaction; each
 * worker carries it out for the series it has, and for those that come to it.
 *
 * @throws {StepcastError} MODEL_MISSING when there is nothing to go back from or to; STORE_*.
 */
export async function rollBackModel(
  url: string,
  name: string,
  version: number | undefined,
  nowMs: number,
): Promise<Rollback> {
  await (await openPostgresReader(url)).close(); // nothing is made where there is no database
  const database = new Database({ url, connections: 1 });
  try {
    return await database.use('write to', async (client) => {
      await migrate(client, database.subject);
      return transaction(client, async (): Promise<Rollback> => {
        await client.query('LOCK TABLE model IN SHARE ROW EXCLUSIVE MODE');
        const versions = await client.query('SELECT name, version, state, parent FROM model');
        const named = versions.rows.filter((row) => row.name === name) as NamedVersion[];
        const isKnown = (label: string): boolean => versions.rows.some((row) => `${row.name}@${row.version}` === label);
        const { source, target } = rollbackPlan(name, version, named, isKnown);
        for (const [label, state] of [
          [source, 'rolled-back'],
          [target, 'active'],
        ]) {
          await client.query("UPDATE model SET state = $2 WHERE name || '@' || version = $1", [label, state]);
        }
        const { rows } = await client.query('SELECT count(*)::float8 AS series FROM series_summary WHERE model = $1', [
          source,
        ]);
        const [{ series }] = rows;
        const said = { reason: 'asked for by hand', figures: { target, series }, durationMs: 0 };
        const verdict = 'rolled-back';
        await putDecisions(client, [
          { timeMs: nowMs, kind: 'rollback', model: source, series: undefined, verdict, ...said },
        ]);
        await client.query('INSERT INTO model_request (time, source, target) VALUES ($1, $2, $3)', [
          ...[nowMs, source, target],
        ]);
        await client.query('DELETE FROM model_request WHERE id <= (SELECT max(id) FROM model_request) - $1', [
          keptRequests,
        ]);
        await noteChange(client);
        return { source, target, series, by: 'workers' };
      });
    });
  } finally {
    await database.end();
  }
}
