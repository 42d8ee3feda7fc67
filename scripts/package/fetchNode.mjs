import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { node } from './targets.mjs';

/** The folder of Node for `arch` (bin/, include/, LICENSE), from npm, kept in `cache`. @throws {Error} when it is not the file that is pinned */
export async function fetchNode(arch, cache) {
  const name = `node-linux-${arch}`;
  const folder = join(cache, `${name}-${node.version}`);
  if (existsSync(folder)) return folder;
  const download = `${folder}.part`;
  rmSync(download, { recursive: true, force: true });
  mkdirSync(download, { recursive: true });
  const file = join(download, `${name}-${node.version}.tgz`);
  await run('npm', ['pack', '--silent', '--pack-destination', download, `${name}@${node.version}`], { cwd: download });
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (integrity !== node.integrity[arch])
    throw new Error(`${name}@${node.version}: expected ${node.integrity[arch]}, got ${integrity}`);
  await run('tar', ['-xzf', file, '-C', download, '--no-same-owner']);
  renameSync(join(download, 'package'), folder);
  rmSync(download, { recursive: true });
  return folder;
}
