/** The dashboard: names carry the hash of what is in them, so that a browser may keep them for ever. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';
import { root } from './bundleOptions.mjs';

const source = join(root, 'src/dashboard');

/** `theme.ts` runs before the first paint, so it is a script of its own, not a module. */
export async function buildDashboard(out) {
  mkdirSync(out, { recursive: true });
  const names = new Map();
  const keep = (name, bytes) => {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase();
    const hashed = `${basename(name, extname(name))}-${hash}${extname(name)}`;
    writeFileSync(join(out, hashed), bytes);
    names.set(name, hashed);
  };
  for (const [entry, format] of [
    ['dashboard.ts', 'esm'],
    ['theme.ts', 'iife'],
    ['dashboard.css', undefined],
  ]) {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: [join(source, entry)],
      outdir: out,
      bundle: true,
      minify: true,
      target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
      legalComments: 'none',
      logLevel: 'warning',
      write: false,
      ...(format && { format }),
    });
    for (const { path, contents } of outputFiles) keep(basename(path), contents);
  }
  keep('icon.svg', readFileSync(join(source, 'icon.svg')));
  const page = readFileSync(join(source, 'index.html'), 'utf8');
  writeFileSync(
    join(out, 'index.html'),
    page.replace(/\{([\w.]+)\}/g, (_, name) => names.get(name) ?? fail(name)),
  );
}

const fail = (name) => {
  throw new Error(`index.html asks for ${name}, which is not built`);
};
