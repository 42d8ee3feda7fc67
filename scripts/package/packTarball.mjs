import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run.mjs';

/** Makes the tarball of a laid out `tree`, which it renames to the tarball's one folder: its path. The bytes follow from the tree and `epoch`. */
export async function packTarball(tree, { arch, version, epoch, out, level }) {
  const name = `stepcast-${version}-linux-${arch}`;
  const folder = join(dirname(tree), name);
  renameSync(tree, folder);
  const file = join(out, `${name}.tar.xz`);
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${epoch}`, '--format=gnu'];
  await run('tar', [...same, '-I', `xz -${level} -T2`, '-cf', file, '-C', dirname(tree), name]);
  return file;
}
