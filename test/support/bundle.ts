import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, root } from '../../scripts/bundleOptions.mjs';

/** A source file of the project as one file that Node runs; packages stay outside. Returns its path. */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    ...bundleOptions,
    entryPoints: [entry],
    write: false,
  });
  const folder = join(root, '.cache'); // right below the project, as dist is: its packages and package.json are found
  const file = join(folder, basename(entry, '.ts'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.${process.pid}.js`, outputFiles[0].contents);
  renameSync(`${file}.${process.pid}.js`, `${file}.js`); // test files run side by side
  return `${file}.js`;
}
