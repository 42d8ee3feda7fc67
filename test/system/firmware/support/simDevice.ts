import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../crash/support/eventually.js';

const builder = fileURLToPath(new URL('../../../../firmware-bridge/sim/build.mjs', import.meta.url));

/** Builds a simulated device unless it is built; returns its program. */
export const builtDevice = (target: string): string =>
  (JSON.parse(execFileSync(process.execPath, [builder, target], { encoding: 'utf8' })) as Record<string, string>)[
    target
  ];

export interface SimEvent {
  readonly event: string;
  readonly [key: string]: unknown;
}

/** A simulated device that runs: firmware-bridge/sim/README.md has its options and what it tells. */
export interface SimDevice {
  readonly events: readonly SimEvent[];
  readonly exit: Promise<number | null>;
  told(event: string): SimEvent[];
  /** Once it has told of it. */
  tells(event: string, withinMs?: number): Promise<SimEvent>;
  /** Its power is cut. */
  kill(): Promise<void>;
}

export type SimOptions = Readonly<Record<string, string | number>>;

export const optionArgs = (options: SimOptions): string[] =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

export const startSim = (program: string, options: SimOptions): SimDevice => startProgram(program, optionArgs(options));

/** A device by the program that runs it, which may be an emulator. */
export const startProgram = (program: string, args: readonly string[]): SimDevice => {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const events: SimEvent[] = [];
  let rest = '';
  let errors = '';
  child.stdout!.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop()!;
    for (const line of lines) events.push(JSON.parse(line));
  });
  child.stderr!.on('data', (chunk) => (errors += chunk));
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', killAtExit);
      resolve(code);
    });
  });
  const told = (event: string) => events.filter((one) => one.event === event);
  return {
    events,
    exit,
    told,
    tells: async (event, withinMs) => {
      await eventually(
        `the device tells of ${event}`,
        () => {
          if (child.exitCode !== null && told(event).length === 0) throw new Error(`the device ended: ${errors}`);
          return told(event).length > 0;
        },
        withinMs,
      );
      return told(event)[0];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
};
