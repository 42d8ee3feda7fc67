import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What every bundle of this project has in common; packages stay outside. @type {import('esbuild').BuildOptions} */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
};

/** Packages inside. CommonJS among them asks for `require`, which an ES module has not. @type {import('esbuild').BuildOptions} */
export const selfContained = {
  packages: 'bundle',
  external: ['better-sqlite3', '@serialport/bindings-cpp'],
  sourcemap: false,
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  legalComments: 'none',
};
