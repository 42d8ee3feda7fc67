import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { executable, requireBuild } from './installed.js';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of stderr, without log lines. */
  readonly said: string[];
}

/** Runs `stepcast ARGS` until it ends by itself; after `withinMs` it is killed and its code is null. */
export const runOnce = (args: readonly string[], cwd: string, withinMs = 15_000): Promise<Finished> => {
  requireBuild();
  const child = spawn(process.execPath, [executable, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes) => (stdout += bytes));
  child.stderr.on('data', (bytes) => (stderr += bytes));
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      const said = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
      resolve({ code, stdout, stderr, said });
    });
  });
};

/** Every file below a folder with the hash of its bytes. */
export const contents = (dir: string): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const name of readdirSync(dir, { recursive: true }) as string[]) {
    const path = join(dir, name);
    if (statSync(path).isFile()) found[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return found;
};
