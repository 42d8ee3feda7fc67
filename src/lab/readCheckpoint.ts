import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StepcastError } from '../errors.js';
import { decodeCheckpoint } from '../training/checkpoint.js';
import type { CheckpointAbout } from './trainingProtocol.js';

/** A checkpoint file and what it says of itself. @throws {StepcastError} CHECKPOINT_INVALID. */
export function readCheckpoint(path: string): { bytes: Uint8Array; about: CheckpointAbout } {
  try {
    const bytes = readFileSync(path);
    const { about } = decodeCheckpoint(bytes);
    return { bytes, about: (about as { about: CheckpointAbout }).about };
  } catch (cause) {
    throw checkpointInvalid(path, cause instanceof Error ? cause.message : String(cause));
  }
}

/** sha256 over files, one after the other: whether a run goes on with the data it began with. */
export function dataDigest(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

export const checkpointInvalid = (path: string, message: string): StepcastError =>
  new StepcastError({
    code: 'CHECKPOINT_INVALID',
    op: 'resume from',
    subject: path,
    message,
    hint: 'give the checkpoint that the interrupted run named, with its data as it was',
  });
