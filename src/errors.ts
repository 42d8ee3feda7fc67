/** Codes of every operating failure. docs/errors.md lists each with its cause and its cure; a test keeps the two equal. */
export const errorCodes = [
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'USAGE',
  'PORT_TAKEN',
  'BROKER_UNREACHABLE',
  'BROKER_REFUSED',
  'BROKER_TLS',
  'TOPIC_REFUSED',
  'SOURCE_PARTITIONS',
  'MODEL_MISSING',
  'MODEL_UNREADABLE',
  'MODEL_CONTRACT',
  'STORE_MISSING',
  'STORE_CORRUPT',
  'STORE_FULL',
  'STORE_LOCKED',
  'STORE_NEWER',
  'STORE_READ_ONLY',
  'STORE_IO',
  'STORE_UNREACHABLE',
  'STORE_REFUSED',
  'STORE_FENCED',
  'SERIES_UNKNOWN',
  'DATA_INVALID',
  'RUNTIME_FAILED',
  'TRAINING_DIVERGED',
  'CHECKPOINT_INVALID',
  'MODEL_UNTRAINABLE',
  'MODEL_UNFIT',
  'EXPORT_TOO_LARGE',
  'LEARNING_TOO_FEW',
  'LEARNING_FAILED',
  'QUERY_INVALID',
  'QUERY_TOO_COSTLY',
  'QUERY_TOO_LARGE',
  'QUERY_BUSY',
  'KEY_UNUSABLE',
  'PUSH_REFUSED',
  'LINE_UNAVAILABLE',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface ErrorDetails {
  code: ErrorCode;
  op: string; // what was being done: "open store"
  subject: string; // to what: a path, a URL, a topic
  message: string; // what is wrong
  hint?: string; // what to do about it
  cause?: unknown;
}

/** An operating failure: it carries its context and a next step. A caller's mistake throws TypeError or RangeError instead. */
export class StepcastError extends Error {
  readonly code: ErrorCode;
  readonly op: string;
  readonly subject: string;
  readonly hint: string | undefined;

  constructor({ code, op, subject, message, hint, cause }: ErrorDetails) {
    super(message, { cause });
    this.name = 'StepcastError';
    this.code = code;
    this.op = op;
    this.subject = subject;
    this.hint = hint;
  }

  /** One line for a person: what failed, on what, why, and what to do. */
  get line(): string {
    return `${this.op} ${this.subject}: ${this.message}${this.hint ? ` — ${this.hint}` : ''} [${this.code}]`;
  }
}
