import { CommanderError } from 'commander';
import type { Io } from '../io.js';
import type { Bodies } from './bodies.js';
import { exitCode } from './exitCode.js';
import { lazyBodies } from './lazyBodies.js';
import { oneLine } from './oneLine.js';
import { createProgram } from './program.js';
import { usageError } from './usageError.js';

/** Runs one command line. Never throws: a failure is one line on stderr, and the exit code that is returned. */
export async function runCli(
  args: readonly string[],
  io: Io,
  version: string,
  bodies: Bodies = lazyBodies,
): Promise<number> {
  let code = 0;
  const setExitCode = (to: number): void => void (code = to);
  const program = createProgram({ io, bodies, setExitCode }, version);
  const names = program.commands.map((command) => command.name());
  try {
    if (args.length === 0) throw usageError('stepcast', `expected a command: ${names.join(', ')}`);
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure =
      error instanceof CommanderError ? usageError(commandOf(args, names), commanderMessage(error)) : error;
    io.stderr.write(`stepcast: ${oneLine(failure)}\n`);
    return exitCode(failure);
  }
}

const commanderMessage = ({ message }: CommanderError): string => oneLine(message.replace(/^error: /, ''));

function commandOf(args: readonly string[], names: readonly string[]): string {
  return names.includes(args[0]!) ? `stepcast ${args[0]}` : 'stepcast';
}
