import type { StepcastError } from '../errors.js';
import type { Logger } from '../log.js';
import type { KnownDevice } from '../serial/knownDevice.js';

/** What is told of devices and their lines, whoever takes their readings. */
export const deviceLog = (log: Logger) => ({
  joined({ id, hello: { firmware, boot, ringCapacity } }: KnownDevice): void {
    log.info({ device: id, firmware, boot, ringCapacity }, 'a device joined');
  },
  gone({ id }: KnownDevice): void {
    log.warn({ device: id }, 'a device is gone');
  },
  onProblem: (problem: string): void => log.error(problem),
  onUnavailable: ({ code, line }: StepcastError): void => log.warn({ code }, line),
});
