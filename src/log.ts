import { fstatSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { TextOutput } from './io.js';

export type { Logger } from 'pino';

export interface LogSettings {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly format: 'auto' | 'pretty' | 'json'; // auto: pretty on a terminal, JSON lines otherwise
}

/** The logger of a process. Lines are written at once, on this thread: the last one before an end is not lost. */
export function createLogger({ level, format }: LogSettings, output: TextOutput, env: NodeJS.ProcessEnv = {}): Logger {
  const lines: DestinationStream = { write: (line) => void output.write(line) };
  const isPretty = format === 'pretty' || (format === 'auto' && output.isTTY === true);
  const options = { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime };
  if (!isPretty) {
    const destination = goesToJournal(output, env) ? withPriority(lines) : lines;
    return pino({ ...options, formatters: { level: (label) => ({ level: label }) } }, destination);
  }
  const colorize = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const print = pretty.prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return pino(options, { write: (line) => lines.write(print(line)) });
}

/** Whether standard error is what systemd connected to its journal: JOURNAL_STREAM is DEVICE:INODE of it. */
function goesToJournal({ fd }: TextOutput, { JOURNAL_STREAM }: NodeJS.ProcessEnv): boolean {
  if (fd === undefined || !JOURNAL_STREAM) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

const priorities: Readonly<Record<string, number>> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7, trace: 7 };

/** Before each line its syslog priority, which journald takes off again: `journalctl -p warning` then finds what it should. See sd-daemon(3). */
const withPriority = (lines: DestinationStream): DestinationStream => ({
  write: (line) => {
    const level = /^\{"level":"(\w+)"/.exec(line)?.[1] ?? 'info';
    lines.write(`<${priorities[level] ?? 6}>${line}`);
  },
});

const minuteMs = 60_000;
const mostReasons = 100;

/** Logs a warning for `reason`, or counts it when that reason has had its share of the minute. */
export type SampledWarning = (reason: string, details: object, message: string) => void;

/**
 * For input that may be bad thousands of times a second: at most `perMinute` lines a reason and minute; the next line of that
 * reason carries how many were left out. `elapsedMs` is a clock that only runs forward.
 */
export function sampled(
  logger: Pick<Logger, 'warn'>,
  perMinute: number,
  elapsedMs = () => performance.now(),
): SampledWarning {
  const shares = new Map<string, { sinceMs: number; logged: number; leftOut: number }>();
  return (reason, details, message) => {
    const nowMs = elapsedMs();
    const key = shares.has(reason) || shares.size < mostReasons ? reason : 'other';
    let share = shares.get(key);
    if (!share) shares.set(key, (share = { sinceMs: nowMs, logged: 0, leftOut: 0 }));
    if (nowMs - share.sinceMs >= minuteMs) {
      share.sinceMs = nowMs;
      share.logged = 0;
    }
    if (share.logged >= perMinute) {
      share.leftOut++;
      return;
    }
    share.logged++;
    logger.warn({ reason, ...details, ...(share.leftOut > 0 && { leftOut: share.leftOut }) }, message);
    share.leftOut = 0;
  };
}
