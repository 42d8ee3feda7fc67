import { readdirSync, readFileSync } from 'node:fs';
import { cpuTime } from '../support/procfs.js';

/** CPU time of processes that may be gone by now, milliseconds. */
export const cpuOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    try {
      return sum + cpuTime(pid).totalMs;
    } catch {
      return sum;
    }
  }, 0);

/** Processes of a process group: a server that a script started. */
export const pidsOfGroup = (group: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => groupOf(pid) === group);

const groupOf = (pid: number): number | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return undefined; // it ended meanwhile
  }
};
