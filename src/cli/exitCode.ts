import { StepcastError } from '../errors.js';

/** 2 for bad usage, bad configuration or bad input files, 1 for any other failure. */
export function exitCode(error: unknown): 1 | 2 {
  const isCallers =
    error instanceof StepcastError &&
    ['USAGE', 'CONFIG_INVALID', 'CONFIG_UNREADABLE', 'DATA_INVALID'].includes(error.code);
  return isCallers ? 2 : 1;
}
