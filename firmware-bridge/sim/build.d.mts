export interface Command {
  readonly program: string;
  readonly args: string[];
}

export function compileLibrary(target: string, into: string): string[];
export function compileProgram(target: string, program: string, into: string, objects: readonly string[]): string;
export function buildProgram(target: string, program: string): string;
export function buildDevice(target: string): string;
export function programCommand(
  target: string,
  program: string,
  line: readonly string[],
  options: readonly string[],
): Command;
export function deviceCommand(target: string, line: readonly string[], options: readonly string[]): Command;
