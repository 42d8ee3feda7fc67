import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bundleOptions.mjs';
import { run } from './run.mjs';
import { node, targets, toolFor } from './targets.mjs';

/** better-sqlite3's native module for `arch`, compiled with the headers in `nodeDir`, stripped, kept in `cache`: its path. */
export async function compileSqlite(arch, nodeDir, cache) {
  const source = join(root, 'node_modules/better-sqlite3');
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const compiled = join(cache, `better_sqlite3-${version}-node-${node.version}-${arch}.node`);
  if (existsSync(compiled)) return compiled;
  const gyp = process.env.npm_config_node_gyp;
  if (!gyp) throw new Error('npm brings node-gyp: start this with npm run package');
  const compiler = toolFor(arch, 'g++');
  try {
    await run(compiler, ['--version']);
  } catch (error) {
    throw new Error(
      `${compiler} is missing: apt-get install ${arch === process.arch ? 'build-essential' : targets[arch].crossPackage}`,
      { cause: error },
    );
  }
  const folder = join(cache, `better-sqlite3-${arch}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of ['package.json', 'binding.gyp', 'src', 'deps'])
    cpSync(join(source, part), join(folder, part), { recursive: true });
  const env = {
    ...process.env,
    ...{ CC: toolFor(arch, 'gcc'), CXX: compiler, AR: toolFor(arch, 'ar') },
    npm_config_nodedir: nodeDir, // above what the user's .npmrc says of the Node that is installed
  };
  await run(process.execPath, [gyp, 'rebuild', '--release', `--arch=${arch}`, '--jobs=2'], {
    cwd: folder,
    env,
  });
  const built = join(folder, 'build/Release/better_sqlite3.node');
  await run(toolFor(arch, 'strip'), ['--strip-unneeded', built]);
  renameSync(built, compiled);
  rmSync(folder, { recursive: true });
  return compiled;
}
