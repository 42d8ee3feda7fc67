import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { command } from './command.js';

const mirror = 'http://deb.debian.org/debian';
const environment = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LC_ALL=C.UTF-8',
  'DEBIAN_FRONTEND=noninteractive',
];

/** A Debian of its own in a folder, with a loopback interface of its own; no systemd runs in it, and a policy says so. */
export interface DebianRoot {
  readonly dir: string;
  /** A shell command as root, with the network of this machine, for apt. */
  run(script: string): Promise<string>;
  /** A shell command as root, with its own network only. */
  runInside(script: string): Promise<string>;
  /** A program that goes on, as that user, with its own network only; `stop` ends it and gives its output. */
  start(user: string, script: string): { stop(): Promise<string>; output(): string };
  copyIn(file: string): void;
  exists(path: string): boolean;
  remove(): Promise<void>;
}

/** Debian 12 without a single package more than it needs to install others, or a copy of that in STEPCAST_DEBIAN_ROOT. Needs root. */
export const makeDebianRoot = async (): Promise<DebianRoot> => {
  const base = mkdtempSync(join(tmpdir(), 'stepcast-debian-'));
  const dir = join(base, 'root');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const made = process.env.STEPCAST_DEBIAN_ROOT;
  if (made) await command('cp', ['-a', made, dir]);
  else await command('debootstrap', ['--variant=minbase', `--keyring=${keyring}`, 'bookworm', dir, mirror], base);
  writeFileSync(join(dir, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  for (const file of ['/etc/resolv.conf', '/etc/hosts']) if (existsSync(file)) copyFileSync(file, join(dir, file));
  await command('mount', ['-t', 'proc', 'proc', join(dir, 'proc')]);
  const network = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 86400']);
  await once(network.stdout, 'data');
  const chroot = ['chroot', dir, 'env', '-i', ...environment];
  const inside = [`--net=/proc/${network.pid}/ns/net`, ...chroot];
  const started = new Set<ChildProcess>();

  return {
    dir,
    run: (script) => command(chroot[0]!, [...chroot.slice(1), 'sh', '-ec', script]),
    runInside: (script) => command('nsenter', [...inside, 'sh', '-ec', script]),
    start: (user, script) => {
      const asUser = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', 'sh', '-ec', script];
      const child = spawn('nsenter', [...inside, ...asUser], { stdio: ['ignore', 'pipe', 'pipe'] });
      started.add(child);
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
      return {
        output: () => said,
        stop: async () => {
          started.delete(child);
          await end(child);
          return said;
        },
      };
    },
    copyIn: (file) => copyFileSync(file, join(dir, 'root', basename(file))),
    exists: (path) => existsSync(join(dir, path)),
    remove: async () => {
      for (const child of [...started, network]) await end(child);
      await command('umount', [join(dir, 'proc')]);
      rmSync(base, { recursive: true });
    },
  };
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};
