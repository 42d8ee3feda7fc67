import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../bundleOptions.mjs';
import { licences } from './licences.mjs';
import { manPage } from './manPage.mjs';
import { run } from './run.mjs';
import { toolFor } from './targets.mjs';

/** Files that the bundle reads from packages when it runs, beside the manifests that lead to them. */
const packageFiles = [
  'better-sqlite3/lib',
  'bindings/bindings.js',
  'file-uri-to-path/index.js',
  '@serialport/bindings-cpp/dist',
  '@serialport/bindings-cpp/node_modules',
  '@serialport/bindings-interface/dist',
  'node-gyp-build/index.js',
  'node-gyp-build/node-gyp-build.js',
  'ms/index.js',
  '@resvg/resvg-wasm/index.js',
  '@resvg/resvg-wasm/index_bg.wasm',
  'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
  'vega-datasets/build',
  'vega-datasets/data/seattle-weather-hourly-normals.csv',
  'vega-datasets/data/weather.csv',
  'vega-datasets/data/flights-20k.json',
];
const manifestOf = (file) => `${file.split('/', file.startsWith('@') ? 2 : 1).join('/')}/package.json`;

/**
 * Lays out `to`: bin/, lib/stepcast/ (Node, bundle, models), share/doc/stepcast/, share/man/, and packaging/'s unit and configuration in etc/.
 * `bundle` is the self-contained build, `sqlite` better-sqlite3's module for `arch`.
 */
export async function layTree(to, { arch, nodeDir, sqlite, bundle, version }) {
  const put = (from, path) => {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(from, join(to, path), { recursive: true });
  };
  put(join(root, 'packaging/stepcast'), 'bin/stepcast');
  put(join(nodeDir, 'bin/node'), 'lib/stepcast/bin/node');
  await run(toolFor(arch, 'strip'), ['--strip-unneeded', join(to, 'lib/stepcast/bin/node')]);
  put(bundle, 'lib/stepcast/dist');
  put(join(root, 'package.json'), 'lib/stepcast/package.json');
  const modules = 'lib/stepcast/node_modules';
  for (const file of new Set([...packageFiles, ...packageFiles.map(manifestOf)]))
    put(join(root, 'node_modules', file), join(modules, file));
  const serial = `@serialport/bindings-cpp/prebuilds/linux-${arch}`;
  for (const name of readdirSync(join(root, 'node_modules', serial)).filter((name) => name.includes('.glibc.')))
    put(join(root, 'node_modules', serial, name), join(modules, serial, name));
  put(sqlite, `${modules}/better-sqlite3/build/Release/better_sqlite3.node`);
  for (const name of readdirSync(join(root, 'models')).filter((name) => name.endsWith('.onnx')))
    put(join(root, 'models', name), `lib/stepcast/models/${name}`);
  put(join(root, 'firmware-bridge/device/src'), 'lib/stepcast/firmware-bridge/device/src');

  put(join(root, 'docs'), 'share/doc/stepcast/docs');
  for (const name of ['README.md', 'CHANGELOG.md']) put(join(root, name), `share/doc/stepcast/${name}`);
  writeFileSync(join(to, 'share/doc/stepcast/third-party-licences.txt'), licences(nodeDir));
  mkdirSync(join(to, 'share/man/man1'), { recursive: true });
  writeFileSync(
    join(to, 'share/man/man1/stepcast.1'),
    await manPage(join(to, 'lib/stepcast/dist/stepcast.js'), version),
  );
  put(join(root, 'packaging/stepcast.yaml'), 'etc/stepcast.yaml');
  put(join(root, 'packaging/stepcast.service'), 'etc/stepcast.service');
  setModes(to);
}

const executables = /(^|\/)bin\/[^/]+$/;

/** 0755 for folders and programs, 0644 for the rest, whatever the umask was. */
export function setModes(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, entry.isDirectory() || executables.test(path) ? 0o755 : 0o644);
  }
}

/** Every file below `folder`, sorted, relative to it. */
export const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

export const readText = (path) => readFileSync(join(root, path), 'utf8');
