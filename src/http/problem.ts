import { type ErrorCode, StepcastError } from '../errors.js';
import type { Problem } from './api.js';

export const problemType = 'application/problem+json';

const statusOf: Partial<Record<ErrorCode, number>> = {
  QUERY_INVALID: 400,
  SERIES_UNKNOWN: 404,
  QUERY_TOO_COSTLY: 413,
  QUERY_TOO_LARGE: 413,
  QUERY_BUSY: 503,
  STORE_MISSING: 503,
  STORE_LOCKED: 503,
  STORE_IO: 503,
};

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Token required',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  413: 'Too much was asked for',
  421: 'Wrong host name',
  429: 'Too many requests',
  431: 'Header too large',
  500: 'Internal failure',
  503: 'Not now',
};

/** What the interface refuses by itself. */
export const problemCodes = [
  'BAD_REQUEST',
  'BODY_TOO_LARGE',
  'FOREIGN_ORIGIN',
  'METHOD_NOT_ALLOWED',
  'NOT_FOUND',
  'QUERY_INVALID',
  'RATE_LIMITED',
  'TOO_MANY_LISTENERS',
  'UNAUTHORIZED',
  'WRONG_HOST',
] as const;

type ProblemCode = (typeof problemCodes)[number];

/** An answer that is no: what the interface refuses by itself. Failures of the daemon are StepcastErrors. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: ProblemCode,
    detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

const problem = (status: number, code: string, detail: string): Problem => ({
  ...{ type: 'about:blank', title: titles[status] ?? 'Failed', status, detail, code },
});

/** Any error as the document that a client gets; of a mistake of the program it tells nothing. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Refusal) return problem(error.status, error.code, error.message);
  if (error instanceof StepcastError) {
    const { code, subject, message, hint } = error;
    const detail = `${subject}: ${message}${hint ? ` — ${hint}` : ''}`;
    return problem(statusOf[code] ?? 500, code, detail);
  }
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode === 413) return problem(413, 'BODY_TOO_LARGE', 'the body is too large: at most 4 kB');
  if (statusCode !== undefined && statusCode < 500) return problem(statusCode, 'BAD_REQUEST', message);
  return problem(500, 'INTERNAL', 'the daemon failed at it; its log says more');
}
