import { readdirSync, readFileSync } from 'node:fs';

export const tickMs = 10; // USER_HZ is 100 on every Linux that Node runs on

export interface CpuTime {
  readonly totalMs: number;
  readonly mainMs: number; // of the thread that JavaScript runs on
}

export const cpuTime = (pid: number): CpuTime => ({
  totalMs: threadMs(`/proc/${pid}/stat`),
  mainMs: threadMs(`/proc/${pid}/task/${pid}/stat`),
});

export const cpuSince = (before: CpuTime, pid: number): CpuTime => {
  const now = cpuTime(pid);
  return { totalMs: now.totalMs - before.totalMs, mainMs: now.mainMs - before.mainMs };
};

/** CPU time of every thread, busiest first. */
export const threadTimes = (pid: number): { name: string; ms: number }[] =>
  readdirSync(`/proc/${pid}/task`)
    .map((tid) => ({
      name: readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').trim(),
      ms: threadMs(`/proc/${pid}/task/${tid}/stat`),
    }))
    .sort((a, b) => b.ms - a.ms);

/** Most memory that was ever resident, bytes. */
export const peakBytes = (pid: number): number => kilobytes(pid, 'VmHWM') * 1024;

export const residentBytes = (pid: number): number => kilobytes(pid, 'VmRSS') * 1024;

/** Bytes the process caused to be written to disk so far: whole pages, as the file system was told. */
export const writtenBytes = (pid: number): number => {
  const line = /^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'));
  return Number(line?.[1]);
};

function threadMs(path: string): number {
  const text = readFileSync(path, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name before may hold spaces
  return (Number(fields[11]) + Number(fields[12])) * tickMs; // utime, stime: fields 14 and 15 of proc(5)
}

function kilobytes(pid: number, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]);
}
