import { StepcastError } from '../errors.js';

/** Wrong use of the command line: exit code 2. */
export const usageError = (command: string, message: string): StepcastError =>
  new StepcastError({
    code: 'USAGE',
    op: 'read the command line of',
    subject: command,
    message,
    hint: `see ${command} --help`,
  });
