import type { Config } from '../config/config.js';
import { StepcastError } from '../errors.js';
import type { Logger } from '../log.js';
import { configValues } from './configValues.js';
import type { ServiceManager } from './serviceManager.js';

/** Where a configuration comes from again. */
export interface ConfigSource {
  /** @throws {StepcastError} CONFIG_INVALID or CONFIG_UNREADABLE. */
  read(): Config;
  /** Calls `listener` whenever it is to be read again (SIGHUP), until the returned function is called. */
  listen(listener: () => void): () => void;
}

export interface ReloadParts {
  /** What can be changed while it runs: by key of the file, what takes it over; false: it does not take this value. */
  readonly keys: Readonly<Record<string, (next: Config) => boolean>>;
  readonly log: Logger;
  readonly service: ServiceManager;
}

/**
 * Reads the configuration again when it is asked to. What can be changed is; the rest is named, and waits for the next start. A file that
 * cannot be used changes nothing. The returned function ends it.
 */
export function reloadConfig(first: Config, source: ConfigSource, { keys, log, service }: ReloadParts): () => void {
  const inForce = configValues(first);
  const take = (next: Config): void => {
    const values = configValues(next);
    const changed = [...new Set([...inForce.keys(), ...values.keys()])].filter(
      (key) => inForce.get(key) !== values.get(key),
    );
    const applied = changed.filter((key) => keys[key]?.(next));
    for (const key of applied) inForce.set(key, values.get(key)!);
    const waiting = changed.filter((key) => !applied.includes(key));
    log.info({ applied }, 'the configuration was read again');
    if (waiting.length > 0) log.warn({ keys: waiting }, 'these changes take effect at the next start');
  };
  return source.listen(() => {
    void service.tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    try {
      take(source.read());
    } catch (error) {
      if (!(error instanceof StepcastError)) throw error;
      log.error({ code: error.code }, `${error.line}; the configuration stays as it was`);
    }
    void service.tell('READY=1');
  });
}
