import type { DatabaseAddress } from '../../config/config.js';
import { withCredentials } from '../../daemon/storeOfNode.js';
import { StepcastError } from '../../errors.js';
import { openPostgresReader } from '../../postgres/postgresReader.js';
import { type Finding, failure } from './finding.js';

/** Opens the database that workers share, for reading. One that is empty is in order. */
export async function checkPostgres(address: DatabaseAddress): Promise<Finding[]> {
  const subject = `database ${address.url}`;
  try {
    const reader = await openPostgresReader(withCredentials(address));
    try {
      const [{ count }] = await reader.read(({ rows }) =>
        rows<{ count: number }>('SELECT count(*)::int AS count FROM series'),
      );
      return [{ level: 'ok', subject, message: `${count} series` }];
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (error instanceof StepcastError && error.code === 'STORE_MISSING')
      return [{ level: 'ok', subject, message: 'is empty: the first worker makes its tables' }];
    return [failure(subject, error)];
  }
}
