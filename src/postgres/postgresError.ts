import { type ErrorCode, StepcastError } from '../errors.js';

const hints: Partial<Record<ErrorCode, string>> = {
  STORE_UNREACHABLE:
    'look whether PostgreSQL runs there and may be reached; what is not committed stays unacknowledged until it is',
  STORE_REFUSED: 'give this user the rights to the database, or correct store.url',
  STORE_NEWER: 'install that version, or choose another database',
  STORE_FULL: 'make room on the disk of the server, or shorten store.retention; nothing is acknowledged until then',
  STORE_FENCED: 'start it again: it takes up what is its own; see that every series comes by one partition',
  STORE_MISSING: 'a daemon makes it: `stepcast run` with this store.url',
  STORE_IO: 'look at the log of the server',
};

export const postgresError = (op: string, subject: string, code: ErrorCode, message: string, cause?: unknown) =>
  new StepcastError({ code, op, subject, message, hint: hints[code], cause });

/** SQLSTATE, or the code of a system error; undefined for an error of neither. */
const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
};

/** By the beginning of SQLSTATE: classes 08 (connection), 57P0 (shut down), 53 (resources), 58 (system), 40 (to be tried again). */
const passing: readonly (readonly [prefix: RegExp, code: ErrorCode, message: string])[] = [
  [/^(08|57P0)/, 'STORE_UNREACHABLE', 'the connection was lost'],
  [/^53100|^58030/, 'STORE_FULL', 'the disk of the server is full'],
  [/^53/, 'STORE_UNREACHABLE', 'the server has no room for another connection'],
  [/^25006/, 'STORE_UNREACHABLE', 'the server is a standby: it takes no writes'],
  [/^58/, 'STORE_IO', 'the system of the server failed'],
  [/^(40|55P03|57014)/, 'STORE_IO', 'another transaction was in the way'],
  [/^E[A-Z]+$/, 'STORE_UNREACHABLE', 'it does not answer'],
];

const refusals: readonly (readonly [prefix: RegExp, message: string])[] = [
  [/^28/, 'it refuses this user or password'],
  [/^3D000/, 'it has no such database'],
  [/^42501/, 'this user may not do that'],
];

/** A failure that the same statement may not meet again: the connection, the disk, a lock. Anything else is a mistake of the program. */
export function passingFailure(op: string, subject: string, error: unknown): StepcastError | undefined {
  const code = codeOf(error);
  if (code === undefined) {
    const { message = '' } = (error ?? {}) as { message?: string };
    if (!/connection|timeout/i.test(message)) return undefined;
    return postgresError(op, subject, 'STORE_UNREACHABLE', message, error);
  }
  const found = passing.find(([prefix]) => prefix.test(code));
  return found && postgresError(op, subject, found[1], `${found[2]} (${code})`, error);
}

/** An error of PostgreSQL or of the way to it in words; a mistake of the program, and a StepcastError, come back as they are. */
export function toPostgresError(op: string, subject: string, error: unknown): unknown {
  if (error instanceof StepcastError) return error;
  const code = codeOf(error) ?? '';
  const refused = refusals.find(([prefix]) => prefix.test(code));
  if (refused) return postgresError(op, subject, 'STORE_REFUSED', `${refused[1]} (${code})`, error);
  return passingFailure(op, subject, error) ?? error;
}
