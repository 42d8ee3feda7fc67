import type pg from 'pg';

/** Told to whoever listens, when anything of models was committed. */
export const changeChannel = 'stepcast_models';

/** Within the caller's transaction: others will read again. */
export async function noteChange(client: pg.ClientBase): Promise<void> {
  await client.query('UPDATE model_change SET changes = changes + 1');
  await client.query(`NOTIFY ${changeChannel}`);
}

export async function changeCount(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query('SELECT changes::text AS changes FROM model_change');
  return rows[0].changes;
}
