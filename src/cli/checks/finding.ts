import { StepcastError } from '../../errors.js';
import type { Io } from '../../io.js';
import { oneLine } from '../oneLine.js';
import { usesColour } from '../table.js';

/** What one check found. `message` says what to do where there is something to do. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly subject: string;
  readonly message: string;
  readonly code?: string; // of docs/errors.md
}

const colours = { ok: 32, warn: 33, fail: 31 } as const;

export function findingLine({ level, subject, message }: Finding, io: Pick<Io, 'stdout' | 'env'>): string {
  const word = level.padEnd(4);
  return `${usesColour(io) ? `\x1b[${colours[level]}m${word}\x1b[39m` : word}  ${subject}: ${message}`;
}

export function failure(subject: string, error: unknown): Finding {
  if (!(error instanceof StepcastError)) return { level: 'fail', subject, message: oneLine(error) };
  const { message, hint, code } = error;
  return { level: 'fail', subject, message: oneLine(`${message}${hint ? ` — ${hint}` : ''}`), code };
}
