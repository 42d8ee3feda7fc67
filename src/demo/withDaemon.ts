import type { Config } from '../config/config.js';
import { StepcastError } from '../errors.js';

/** Runs until `signal`, then ends cleanly; `onReady` is called once readings are taken. */
export type Daemon = (config: Config, options: { signal: AbortSignal; onReady: () => void }) => Promise<void>;

interface Run {
  readonly daemon: Daemon;
  readonly config: Config;
  readonly stop: AbortController; // ends both; aborted here too when one of them fails
}

/** Runs `work` beside a daemon that is ready for it. When the work is done, or cannot go on, the daemon is stopped and waited for. */
export async function withDaemon<T>(
  { daemon, config, stop }: Run,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const daemonStop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  try {
    let endedEarly: Promise<never> | undefined;
    await new Promise<void>((resolve, reject) => {
      if (stop.signal.aborted) resolve();
      stop.signal.addEventListener('abort', () => resolve(), { once: true });
      running = daemon(config, { signal: daemonStop.signal, onReady: resolve });
      endedEarly = running.then(() => Promise.reject(ended(config)));
      endedEarly.catch(reject);
    });
    return await Promise.race([work(stop.signal), endedEarly!]);
  } finally {
    stop.abort();
    daemonStop.abort();
    await running;
  }
}

const ended = ({ broker }: Config): StepcastError =>
  new StepcastError({
    code: 'RUNTIME_FAILED',
    op: 'run daemon',
    subject: `at ${broker.url}`,
    message: 'it ended before it was asked to',
  });
