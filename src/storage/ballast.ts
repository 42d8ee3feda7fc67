import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const sizeBytes = 8 * 1024 * 1024; // twice the log at its usual length: what is in the log must find room in the database before it can be reused
const blockBytes = 65_536;

/**
 * Space held in reserve: on a full disk SQLite cannot even delete, since its log must grow first. Kept only where there is
 * room for twice its size.
 */
export function keepBallast(path: string): void {
  const file = `${path}-ballast`;
  if (statSync(file, { throwIfNoEntry: false })?.size === sizeBytes) return;
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    if (bavail * bsize < 2 * sizeBytes) return;
    const handle = openSync(file, 'w');
    try {
      const block = Buffer.alloc(blockBytes);
      for (let written = 0; written < sizeBytes; ) {
        randomFillSync(block); // a compressing file system would store zeros in no space
        written += writeSync(handle, block, 0, Math.min(blockBytes, sizeBytes - written));
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    releaseBallast(path); // no reserve today: a later attempt may find room
  }
}

export const releaseBallast = (path: string): void => rmSync(`${path}-ballast`, { force: true });
