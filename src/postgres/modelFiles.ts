import type pg from 'pg';
import type { ModelFileKind } from '../pipeline/modelVersions.js';

const youngest = '1 hour'; // of a file that is removed: whoever keeps one writes its version down a moment later

export async function putFile(
  client: pg.ClientBase,
  sha256: string,
  kind: ModelFileKind,
  bytes: Uint8Array,
): Promise<void> {
  await client.query(
    `INSERT INTO model_file (sha256, kind, bytes) VALUES ($1, $2, $3)
     ON CONFLICT (sha256, kind) DO UPDATE SET stored = now()`,
    [sha256, kind, Buffer.from(bytes)],
  );
}

export async function fileOf(
  client: pg.ClientBase,
  sha256: string,
  kind: ModelFileKind,
): Promise<Uint8Array | undefined> {
  const { rows } = await client.query('SELECT bytes FROM model_file WHERE sha256 = $1 AND kind = $2', [sha256, kind]);
  return rows[0]?.bytes;
}

export async function dropFiles(client: pg.ClientBase, kept: ReadonlySet<string>): Promise<void> {
  await client.query(`DELETE FROM model_file WHERE sha256 <> ALL($1) AND stored < now() - interval '${youngest}'`, [
    [...kept],
  ]);
}

/** Hashes of the models that stored states belong to: the index is asked for one after another, however many states there are. */
export async function modelsOfStates(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `WITH RECURSIVE one AS (
       (SELECT model FROM snapshot ORDER BY model LIMIT 1)
       UNION ALL
       SELECT (SELECT model FROM snapshot WHERE model > one.model ORDER BY model LIMIT 1) FROM one WHERE one.model IS NOT NULL
     ) SELECT model FROM one WHERE model IS NOT NULL`,
  );
  return rows.map(({ model }) => model);
}
