import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Standard output of a program. @throws with all it said when it ends otherwise than with 0 */
export const command = async (program: string, args: readonly string[], cwd?: string): Promise<string> => {
  try {
    return (await execute(program, args, { maxBuffer: 1 << 28, ...(cwd && { cwd }) })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
};
