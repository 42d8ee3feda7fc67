import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Finding, failure } from './finding.js';

const failBelowBytes = 64e6;
const warnBelowBytes = 512e6;

/** Free space where the database is. */
export async function checkDisk(databasePath: string): Promise<Finding[]> {
  const folder = dirname(resolve(databasePath));
  const subject = `disk ${folder}`;
  try {
    const { bavail, bsize } = await statfs(folder);
    return [spaceFinding(subject, bavail * bsize)];
  } catch (error) {
    return [failure(subject, error)];
  }
}

export function spaceFinding(subject: string, freeBytes: number): Finding {
  const free = `${Math.floor(freeBytes / 1e6)} MB free`;
  if (freeBytes < failBelowBytes) {
    return { level: 'fail', subject, message: `${free} — free some, or shorten store.retention`, code: 'STORE_FULL' };
  }
  if (freeBytes < warnBelowBytes)
    return { level: 'warn', subject, message: `${free} — watch it, or shorten store.retention` };
  return { level: 'ok', subject, message: free };
}
