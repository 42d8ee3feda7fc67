import { readFileSync, readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Processor time of the calling thread, milliseconds: Linux counts it by thread; elsewhere it is the time that has passed. */
export function threadCpuMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/** Gives other threads precedence over the calling one. Linux sets a priority by thread; elsewhere it would be the whole process's. */
export function yieldToOthers(priority: number = constants.priority.PRIORITY_LOW): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, priority);
  } catch {
    // not Linux, or not allowed: the share of the processor is all that holds it
  }
}
