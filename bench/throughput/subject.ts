import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PayloadForm, readingsStream } from './readings.js';

export const subjects = ['daemon', 'echo'] as const;
export type SubjectKind = (typeof subjects)[number];
export const defaultWindow = 10_000; // messages that may be unacknowledged: the daemon's default

export interface SubjectOptions {
  readonly url: string; // of the broker
  readonly dir: string; // its own: configuration, database, log
  readonly window?: number; // unacknowledged messages at most
  readonly form?: PayloadForm;
  readonly nodeFlags?: readonly string[];
  readonly listen?: string; // of the daemon's dashboard; default off
}

/** What is measured: a process that takes readings and answers each with one message. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly pid: number;
  readonly outputs: string; // topic filter of its answers
  readonly clientId: string; // of its session at the broker
  readonly database: string | undefined;
  log(): string;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM and its end. @throws {Error} when it ends otherwise than with code 0. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

const bundles = dirname(fileURLToPath(import.meta.url)); // this file is part of a bundle in .cache/bench
const executable = process.env.STEPCAST_BIN ?? join(bundles, '../../dist/stepcast.js');

export const startSubject = (kind: SubjectKind, options: SubjectOptions): Subject => {
  if (kind === 'echo') {
    const args = [join(bundles, 'echo.js'), options.url, String(options.window ?? defaultWindow)];
    return new RunningSubject(kind, options.dir, args, 'echo/#', 'bench-echo', undefined);
  }
  if (!existsSync(executable)) throw new Error(`${executable} is missing: run "npm run build" first`);
  const config = join(options.dir, 'stepcast.yaml');
  const database = join(options.dir, 'stepcast.db');
  writeFileSync(config, JSON.stringify(daemonConfig(options, database)));
  const args = [...(options.nodeFlags ?? []), executable, 'run', '--config', config];
  return new RunningSubject(kind, options.dir, args, 'stepcast/bench/forecast/#', 'stepcast-bench', database);
};

/** Defaults, apart from what a bench must choose. JSON is YAML. */
const daemonConfig = (
  { url, window = defaultWindow, form = 'number', listen = 'off' }: SubjectOptions,
  database: string,
): object => ({
  node: 'bench',
  broker: { url, receiveMaximum: window },
  store: { path: database },
  streams: [{ ...readingsStream(form), model: 'gru-base', horizon: 24 }],
  models: { dir: join(dirname(executable), '../models') },
  learn: { enabled: false }, // it takes what `maxCpu` gives it and 200 MB while it runs, whatever comes in: docs/learning.md
  http: { listen },
  log: { format: 'json' },
});

class RunningSubject implements Subject {
  readonly #child: ChildProcess;
  readonly #logPath: string;

  constructor(
    readonly kind: SubjectKind,
    dir: string,
    args: readonly string[],
    readonly outputs: string,
    readonly clientId: string,
    readonly database: string | undefined,
  ) {
    this.#logPath = join(dir, `${kind}.log`);
    const output = openSync(this.#logPath, 'a');
    const child = spawn(process.execPath, args, { cwd: dir, stdio: ['ignore', output, output] });
    closeSync(output);
    this.#child = child;
    process.on('exit', () => child.kill('SIGKILL'));
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  log(): string {
    return readFileSync(this.#logPath, 'utf8');
  }

  signal(name: NodeJS.Signals): void {
    if (this.#ended) throw new Error(`the ${this.kind} ended:\n${this.log()}`);
    this.#child.kill(name);
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    if (!this.#ended) await once(this.#child, 'exit');
    if (this.#child.exitCode !== 0) throw new Error(`the ${this.kind} ended badly:\n${this.log()}`);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    if (!this.#ended) await once(this.#child, 'exit');
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
