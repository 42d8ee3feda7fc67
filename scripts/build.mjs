/**
 * `build.mjs [--self-contained DIR]`: bundles the daemon, its workers and the model recipe to dist/, with the one ONNX Runtime wasm file that
 * is used. Self-contained, it is bundled to DIR with its npm packages, but for better-sqlite3.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { buildDashboard } from './buildDashboard.mjs';
import { bundleOptions, root, selfContained } from './bundleOptions.mjs';

const { values } = parseArgs({ options: { 'self-contained': { type: 'string' } } });
const dist = resolve(values['self-contained'] ?? join(root, 'dist'));
const entries = {
  stepcast: 'src/stepcast.ts',
  storageWorker: 'src/storage/storageWorker.ts',
  trainingWorker: 'src/lab/trainingWorker.ts',
  learningWorker: 'src/daemon/learningWorker.ts',
  queryWorker: 'src/daemon/queryWorker.ts',
  httpWorker: 'src/daemon/httpWorker.ts',
  trialProcess: 'src/daemon/trialProcess.ts',
  recipe: 'models/recipe.ts',
};
const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(join(root, file))));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({
  ...bundleOptions,
  entryPoints: present,
  outdir: dist,
  splitting: true, // what a command does not need is not loaded: `--help` needs no database
  sourcemap: true,
  ...(values['self-contained'] && selfContained),
});
await buildDashboard(join(dist, 'dashboard'));
const ort = dirname(createRequire(join(root, 'package.json')).resolve('onnxruntime-web/wasm'));
copyFileSync(join(ort, 'ort-wasm-simd-threaded.wasm'), join(dist, 'ort-wasm-simd-threaded.wasm'));
if (present.stepcast) chmodSync(join(dist, 'stepcast.js'), 0o755);
