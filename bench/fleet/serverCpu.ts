import { readdirSync, readFileSync } from 'node:fs';
import { cpuTime, tickMs } from '../support/procfs.js';

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

/** CPU time of a server, with that of the processes that it started, ended ones too; milliseconds. */
export const cpuOfServer = (pid: number): number => {
  const [own, ended] = [cpuTime(pid).totalMs, endedMs(pid)];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  return own + ended + cpuOf(children);
};

/** Fields of proc(5) behind the name: the first is the state. */
const fieldsOf = (pid: number): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

export const parentOf = (pid: number): number => Number(fieldsOf(pid)[1]);

const endedMs = (pid: number): number => {
  const fields = fieldsOf(pid);
  return (Number(fields[13]) + Number(fields[14])) * tickMs; // cutime, cstime
};

const groupOf = (pid: number): number | undefined => {
  try {
    return Number(fieldsOf(pid)[2]);
  } catch {
    return undefined; // it ended meanwhile
  }
};
