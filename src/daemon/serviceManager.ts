import { spawn } from 'node:child_process';
import type { Logger } from '../log.js';

/** systemd, as far as a service of Type=notify speaks to it; nobody without NOTIFY_SOCKET. */
export interface ServiceManager {
  /** How long it waits for a sign of life; undefined: it does not ask for one. */
  readonly watchdogMs: number | undefined;
  /** Sends assignments such as `READY=1`, in the order of the calls. Never fails: what cannot be told is logged once. */
  tell(...assignments: readonly string[]): Promise<void>;
}

export const nobody: ServiceManager = { watchdogMs: undefined, tell: async () => {} };

/**
 * Node opens no datagram socket of the local family, so `systemd-notify`, which comes with systemd, is run; it waits until systemd has
 * read the message. The unit must say `NotifyAccess=all`, for it is another process.
 */
export function serviceManager(env: NodeJS.ProcessEnv, log: Logger, program = 'systemd-notify'): ServiceManager {
  if (!env.NOTIFY_SOCKET) return nobody;
  const isForUs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
  const usec = isForUs ? Number(env.WATCHDOG_USEC) : Number.NaN;
  let last: Promise<void> = Promise.resolve();
  let isTold = false;
  const problem = (reason: string): void => {
    if (!isTold) log.warn({ program, problem: reason }, 'systemd cannot be told how the service is');
    isTold = true;
  };
  const send = (assignments: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const child = spawn(program, assignments, { env, stdio: 'ignore', timeout: 10_000 });
      child.once('error', ({ message }) => {
        problem(message);
        resolve();
      });
      child.once('exit', (code) => {
        if (code !== 0) problem(`exit code ${code}`);
        resolve();
      });
    });
  return {
    watchdogMs: usec > 0 ? usec / 1000 : undefined,
    tell: (...assignments) => {
      last = last.then(() => send(assignments));
      return last;
    },
  };
}
