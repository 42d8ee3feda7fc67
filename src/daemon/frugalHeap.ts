import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const enoughBytes = 4 * 1024 * 1024; // of the young generation, both its halves
const busyBytes = 64 * 1024 * 1024; // made a second: some 3,000 readings
const windowMs = 1000;
const holdEveryMs = 20; // V8 forgets it when a thread starts

/**
 * Spends memory on speed only where speed is needed, for the rest of the process. Left alone, V8 lets the young generation grow to 32 MB at any
 * pace, and the old one to several times what lives in it; both can be held from inside a process that runs (`--max-semi-space-size` cannot).
 * They are let grow while much is made a second: when a backlog is worked off.
 */
export function keepHeapFrugal(): void {
  let isBusy = false;
  let made = 0; // bytes, in this window
  let since = performance.now();
  const hold = (): void => {
    const passedMs = performance.now() - since;
    if (passedMs >= windowMs) {
      isBusy = (1000 * made) / passedMs > busyBytes;
      made = 0;
      since += passedMs;
    }
    const mayGrow = isBusy || youngBytes() < enoughBytes;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
    setFlagsFromString(`--heap-growing-percent=${isBusy ? 0 : 20}`); // 0: as V8 thinks best
  };
  const observer = new PerformanceObserver((list) => {
    made += list.getEntries().filter(isMinor).length * (youngBytes() / 2);
    hold();
  });
  observer.observe({ entryTypes: ['gc'] });
  hold();
  setInterval(hold, holdEveryMs).unref();
}

/** For a worker of a fleet: what the entry point held is let go. */
export const letHeapGrow = (): void => setFlagsFromString('--semi-space-growth-factor=2');

const isMinor = (entry: PerformanceEntry & { readonly detail?: { readonly kind?: number } }): boolean =>
  entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MINOR;

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
