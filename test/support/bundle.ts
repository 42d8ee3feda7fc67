import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A source file of the project as one file that Node runs; packages stay outside. Returns its path. */
export async function bundle(entry: string): Promise<string> {
  const outfile = `${root}.cache/bundles/${process.pid}/${entry.replace(/^.*\//, '').replace(/\.ts$/, '.js')}`;
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
