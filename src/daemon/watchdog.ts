import type { Logger } from '../log.js';
import type { Progress } from './progress.js';
import type { ServiceManager } from './serviceManager.js';

/**
 * Tells systemd that the service lives while the pipeline gets on, three times as often as it asks; when something has stood still for
 * half of that time it is told nothing more, and starts the service anew. The returned function ends it.
 */
export function startWatchdog(
  { watchdogMs, tell }: ServiceManager,
  progress: Pick<Progress, 'stalled'>,
  status: () => string,
  log: Logger,
): () => void {
  if (watchdogMs === undefined) return () => {};
  let told = '';
  const beat = (): void => {
    const stall = progress.stalled(watchdogMs / 2);
    if (stall === undefined) void tell('WATCHDOG=1', `STATUS=${status()}`);
    else if (stall !== told) log.fatal({ watchdogMs }, `${stall}: systemd is not told that the service lives`);
    told = stall ?? '';
  };
  beat();
  const timer = setInterval(beat, watchdogMs / 3);
  return () => clearInterval(timer);
}
