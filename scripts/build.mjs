/** Bundles the daemon, its workers and the model recipe to dist/, with the one ONNX Runtime wasm file that is used. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, root } from './bundleOptions.mjs';

const dist = join(root, 'dist');
const entries = {
  stepcast: 'src/stepcast.ts',
  storageWorker: 'src/storage/storageWorker.ts',
  trainingWorker: 'src/lab/trainingWorker.ts',
  learningWorker: 'src/daemon/learningWorker.ts',
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
});
const ort = dirname(createRequire(join(root, 'package.json')).resolve('onnxruntime-web/wasm'));
copyFileSync(join(ort, 'ort-wasm-simd-threaded.wasm'), join(dist, 'ort-wasm-simd-threaded.wasm'));
if (present.stepcast) chmodSync(join(dist, 'stepcast.js'), 0o755);
