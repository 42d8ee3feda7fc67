import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** `const name = 0.5;` or `2 ** 53` at the top of a file. */
const numberAtTop = /^const (\w+) = (-?\d[\d_.]*(?:e-?\d+)?)(?: \*\* (\d+))?;/gm;

/**
 * Puts the numbers that a file names at its top in their places. esbuild makes `const` at the top of a file a `var`, which V8 takes for a variable: it
 * is read, tested for what it is and at times boxed, in every round of a loop.
 *
 * @type {import('esbuild').Plugin}
 */
export const numbersInPlace = {
  name: 'numbers in place',
  setup({ onLoad }) {
    onLoad({ filter: /\/(src|models|bench)\/.*\.ts$/ }, async ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const define = Object.fromEntries(
        [...source.matchAll(numberAtTop)].map(([, name, number, power = 1]) => [
          name,
          String(Number(number.replaceAll('_', '')) ** power),
        ]),
      );
      const { code } = await transform(source.replace(numberAtTop, ''), {
        ...{ loader: 'ts', target: 'node20', define, sourcefile: basename(path), sourcemap: 'inline' },
      });
      return { contents: code, loader: 'js' };
    });
  },
};

/** What every bundle of this project has in common; packages stay outside. @type {import('esbuild').BuildOptions} */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  plugins: [numbersInPlace],
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
