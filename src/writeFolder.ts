import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StepcastError } from './errors.js';
import { writeDurably } from './writeDurably.js';

/**
 * Files of a folder, all of them or none: they are written beside it first. A new folder appears at once; into one that is there they are
 * moved one by one, and what else it holds stays.
 *
 * @throws {StepcastError} USAGE when `path` cannot be a folder.
 */
export function writeFolder(path: string, files: ReadonlyMap<string, Uint8Array | string>): void {
  const folder = resolve(path);
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw unusable(path, 'it is a file');
  let part: string;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    part = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  } catch (cause) {
    throw unusable(path, (cause as Error).message);
  }
  try {
    for (const [name, bytes] of files) writeDurably(join(part, name), bytes);
    if (existsSync(folder)) for (const name of files.keys()) renameSync(join(part, name), join(folder, name));
    else {
      chmodSync(part, 0o777 & ~process.umask());
      renameSync(part, folder);
    }
  } catch (cause) {
    throw unusable(path, (cause as Error).message);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

const unusable = (subject: string, message: string): StepcastError =>
  new StepcastError({
    code: 'USAGE',
    op: 'write',
    subject,
    message,
    hint: 'give a folder that can be written, on a disk with room',
  });
