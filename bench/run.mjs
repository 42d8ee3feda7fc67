/** Bundles the benches and runs one: `npm run bench -- NAME [options]`. Without a name, or with --help, it lists them. */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, root } from '../scripts/bundleOptions.mjs';

const out = join(root, '.cache/bench');
const names = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.bench.ts'));

const args = process.argv.slice(2);
const isRun = args.some((arg) => !arg.startsWith('-')) && !args.includes('--help');
if (isRun && !process.env.STEPCAST_BIN) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(out, { recursive: true, force: true });
await build({
  ...bundleOptions,
  entryPoints: [
    'bench/main.ts',
    'bench/support/trialProcess.ts',
    'bench/throughput/echo.ts',
    'bench/query/asker.ts',
    ...names.map((name) => `bench/${name}`),
  ],
  entryNames: '[name]',
  outdir: out,
  splitting: true,
  sourcemap: true,
});
const { main } = await import(join(out, 'main.js'));
process.exitCode = await main(args, { root, bundles: out });
