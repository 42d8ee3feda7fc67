import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file whole or not at all: temporary file → fsync → rename → fsync of the folder. */
export function writeDurably(path: string, bytes: Uint8Array | string): void {
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, bytes, { flush: true });
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
