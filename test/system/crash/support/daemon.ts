import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { executable, requireBuild } from './installed.js';

export interface DaemonOptions {
  readonly dir: string; // working directory: configuration, database, log
  readonly config: object;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running `stepcast run --config FILE`. */
export interface Daemon {
  readonly pid: number;
  readonly exit: Promise<Exit>;
  readonly running: boolean;
  /** Its log since this start, one JSON object a line. */
  log(): string;
  /** The log lines whose message is this. */
  told(message: string): Record<string, unknown>[];
  /** Until its broker has taken its subscriptions: what is published from then on reaches it. */
  connected(withinMs?: number): Promise<void>;
  /** Resident memory, bytes. */
  residentBytes(): number;
  /** SIGTERM, and its exit. */
  stop(): Promise<Exit>;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
}

let starts = 0;

export const startDaemon = ({ dir, config, env }: DaemonOptions): Daemon => {
  requireBuild();
  mkdirSync(dir, { recursive: true });
  const configPath = join(dir, 'stepcast.yaml');
  const logPath = join(dir, `daemon-${String(++starts).padStart(3, '0')}.log`);
  writeFileSync(configPath, JSON.stringify({ learn: { enabled: false }, ...config })); // JSON is YAML; when it learns, chance decides
  const output = openSync(logPath, 'a');
  const child: ChildProcess = spawn(process.execPath, [executable, 'run', '--config', configPath], {
    cwd: dir,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('exit', killAtExit);
      resolve({ code, signal });
    });
  });
  const running = () => child.exitCode === null && child.signalCode === null;
  const ended = () => (running() ? '' : `\nended: code ${child.exitCode}, signal ${child.signalCode}`);
  const log = () => readFileSync(logPath, 'utf8') + ended();
  const told = (message: string) =>
    log()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === message);

  return {
    pid: child.pid ?? -1,
    exit,
    get running() {
      return running();
    },
    log,
    told,
    connected: (withinMs) =>
      eventually(
        `the daemon connects\n${log()}`,
        () => {
          if (!running()) throw new Error(`the daemon ended:\n${log()}`);
          return told('listening').length > 0;
        },
        withinMs,
      ),
    residentBytes: () => {
      const pages = Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]);
      return pages * 4096;
    },
    stop: () => {
      child.kill('SIGTERM');
      return exit;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
};
