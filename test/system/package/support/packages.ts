import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './command.js';

export const project = fileURLToPath(new URL('../../../../', import.meta.url));

/** Builds the packages of this tree to `out`, or takes those in STEPCAST_PACKAGES; the path of each by Debian's name of its architecture. */
export const buildPackages = async (out: string): Promise<Record<'amd64' | 'arm64', string>> => {
  const dir = process.env.STEPCAST_PACKAGES ?? out;
  const options = ['--format', 'deb', '--quick', '--out', out]; // larger than those that are published
  if (dir === out) await command('npm', ['run', '--silent', 'package', '--', ...options], project);
  const built = (arch: string) => join(dir, readdirSync(dir).find((name) => name.endsWith(`_${arch}.deb`)) ?? arch);
  return { amd64: built('amd64'), arm64: built('arm64') };
};

/** A later version of the package: the same files, and a default configuration that has a line more. */
export const repackLater = async (deb: string, folder: string): Promise<string> => {
  const tree = join(folder, 'later');
  const later = join(folder, 'stepcast_later.deb');
  await command('dpkg-deb', ['-R', deb, tree]);
  await command('sed', ['-i', 's/^Version: .*/&+later/', join(tree, 'DEBIAN/control')]);
  await command('sed', ['-i', '$ a # a line of the later version', join(tree, 'etc/stepcast/stepcast.yaml')]);
  await command('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, later]);
  return later;
};

/** Why nobody could run these tests here, or nothing: what is only not installed is no such reason. */
export const whatForbids = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'they make a Debian root, which only root can';
  const namespaces = spawnSync('unshare', ['--mount', '--net', 'true']);
  return namespaces.status === 0 ? undefined : 'this container forbids its root to mount';
};

export const requirePrograms = (): void => {
  const programs = ['debootstrap', 'dpkg-deb', 'aarch64-linux-gnu-g++', 'qemu-aarch64-static', 'ip'];
  const folders = (process.env.PATH ?? '').split(':');
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')} (.ci/run lists the packages)`);
};
