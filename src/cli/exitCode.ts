import { type ErrorCode, StepcastError } from '../errors.js';

const callersCodes: readonly ErrorCode[] = [
  'USAGE',
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'DATA_INVALID',
  'CHECKPOINT_INVALID',
  'MODEL_UNTRAINABLE',
  'MODEL_UNFIT',
];

/** 2 for bad usage, bad configuration or bad input files, 1 for any other failure. */
export function exitCode(error: unknown): 1 | 2 {
  const isCallers = error instanceof StepcastError && callersCodes.includes(error.code);
  return isCallers ? 2 : 1;
}
