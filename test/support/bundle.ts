import { join } from 'node:path';
import { build } from 'esbuild';

const root = process.cwd(); // of the project, as npm and vitest set it

/** A source file of the project as one file that Node runs; packages stay outside. Returns its path. */
export async function bundle(entry: string): Promise<string> {
  const outfile = join(root, '.cache/bundles', `${process.pid}`, entry.replace(/^.*\//, '').replace(/\.ts$/, '.js'));
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}
