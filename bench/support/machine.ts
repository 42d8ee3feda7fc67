import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly load: number; // of the minute before: what else was running
  readonly commit: string; // with + when the sources differ from it
  readonly date: string;
}

/** Where and what a result was measured on. */
export function machine(root: string): Machine {
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  const dirty = git('status', '--porcelain', '--', 'src', 'models', 'bench', ':!bench/results') !== '';
  return {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    load: Number(loadavg()[0].toFixed(2)),
    commit: `${git('rev-parse', '--short', 'HEAD')}${dirty ? '+' : ''}`,
    date: new Date().toISOString(),
  };
}
