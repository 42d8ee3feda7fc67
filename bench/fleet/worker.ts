import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../test/system/crash/support/eventually.js';

const bundles = dirname(fileURLToPath(import.meta.url)); // this file is part of a bundle in .cache/bench
const executable = process.env.STEPCAST_BIN ?? join(bundles, '../../dist/stepcast.js');
const startMs = 120_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A running `stepcast run --config FILE`. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #logPath: string;

  constructor(dir: string, config: object) {
    mkdirSync(dir, { recursive: true });
    const configPath = join(dir, 'stepcast.yaml');
    this.#logPath = join(dir, `log-${process.hrtime.bigint()}`);
    writeFileSync(configPath, JSON.stringify({ ...config, models: { dir: join(dirname(executable), '../models') } })); // JSON is YAML
    const output = openSync(this.#logPath, 'a');
    this.#child = spawn(process.execPath, [executable, 'run', '--config', configPath], {
      cwd: dir,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    running.add(this.#child);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  /** When it began to take readings, epoch milliseconds. */
  async listening(): Promise<number> {
    let line: string | undefined;
    await eventually(
      `a worker listens: ${this.#logPath}`,
      () => {
        const log = readFileSync(this.#logPath, 'utf8');
        line = log.split('\n').find((one) => one.includes('"msg":"listening"'));
        if (!line && this.#child.exitCode !== null) throw new Error(`a worker ended:\n${log}`);
        return line !== undefined;
      },
      startMs,
    );
    return Date.parse((JSON.parse(line!) as { time: string }).time);
  }
}
