import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { listSeries } from '../../storage/queries.js';
import { type Finding, failure } from './finding.js';

/** Opens the database for reading and asks whether it could be written. A database that does not exist yet is in order. */
export async function checkDatabase(path: string): Promise<Finding[]> {
  const subject = `database ${path}`;
  const folder = dirname(resolve(path));
  const denied = (what: string, hint: string): Finding[] => [
    { level: 'fail', subject, message: `${what} — ${hint}`, code: 'STORE_READ_ONLY' },
  ];
  const folderState = await stat(folder).catch(() => undefined);
  if (!folderState?.isDirectory()) {
    return [{ level: 'fail', subject, message: `there is no folder ${folder} — make it`, code: 'STORE_IO' }];
  }
  if (!(await writable(folder)))
    return denied(`folder ${folder} cannot be written`, 'SQLite keeps its log beside the database');
  const state = await stat(path).catch(() => undefined);
  if (!state) return [{ level: 'ok', subject, message: 'does not exist yet: the daemon makes it' }];
  if (!(await writable(path))) return denied('the file cannot be written', 'give this user the right to');
  try {
    const { length } = await listSeries(path);
    return [{ level: 'ok', subject, message: `${length} series, ${(state.size / 1e6).toFixed(1)} MB` }];
  } catch (error) {
    return [failure(subject, error)];
  }
}

const writable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
