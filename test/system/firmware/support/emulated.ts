import { type ChildProcess, spawn } from 'node:child_process';
import { deviceCommand } from '../../../../firmware-bridge/sim/build.mjs';
import { eventually } from '../../crash/support/eventually.js';
import type { SimEvent } from './simDevice.js';

/** Firmware of a Cortex-M under QEMU, whose UART is a pseudo-terminal of this machine. */
export interface Emulated {
  readonly port: string;
  told(event: string): SimEvent[];
  /** Its power is cut. */
  kill(): Promise<void>;
}

export const startEmulated = async (
  target: 'm3' | 'm4f',
  options: Readonly<Record<string, string | number>>,
): Promise<Emulated> => {
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { program, args } = deviceCommand(target, ['pty'], given);
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk));
  const portOf = () => /redirected to (\S+)/.exec(output)?.[1];
  await eventually('the emulator has a pseudo-terminal', () => {
    if (child.exitCode !== null) throw new Error(`the emulator ended: ${output}`);
    return portOf() !== undefined;
  });
  return {
    port: portOf()!,
    told: (event) =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{') && line.trimEnd().endsWith('}'))
        .map((line) => JSON.parse(line) as SimEvent)
        .filter((one) => one.event === event),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
      process.off('exit', killAtExit);
    },
  };
};
