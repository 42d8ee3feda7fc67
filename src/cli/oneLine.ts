import { StepcastError } from '../errors.js';

/** An error as the one line that a person gets to see. */
export function oneLine(error: unknown): string {
  const text =
    error instanceof StepcastError ? error.line : error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
