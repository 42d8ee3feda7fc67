import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Archive } from '../../crash/support/archive.js';
import { eventually } from '../../crash/support/eventually.js';
import { startSender } from '../../crash/support/sender.js';
import { workload, workloadStreams } from '../../crash/support/workload.js';
import { startMosquitto } from '../../support/mosquitto.js';
import { command } from './command.js';
import type { DebianRoot } from './debianRoot.js';

const emulatedMs = 600_000;
const series = 3;
const readings = 300; // of each: seasons are found, the second blend weighs the network, intervals are calibrated
export const readingsSent = series * readings; // each of them is answered with a forecast

/**
 * The stored forecasts of both packages, by series and time, of the same readings at the same times from one broker: arm64 as installed in
 * `root`, on the Cortex-A72 of a Pi 4 as QEMU has it, and amd64 unpacked beside it, with the Node that it carries.
 */
export const forecastBoth = async ({ root, amd64, work }: { root: DebianRoot; amd64: string; work: string }) => {
  const beside = join(work, 'amd64');
  await command('dpkg-deb', ['-x', amd64, beside]);
  const emulator = '/usr/bin/qemu-aarch64-static';
  copyFileSync(emulator, join(root.dir, emulator));
  chmodSync(join(root.dir, emulator), 0o755);
  const broker = await startMosquitto({ config: ['max_queued_messages 0'] });
  const installed = '/usr/lib/stepcast';
  const daemons = [
    run(broker.url, join(work, 'state'), '', [
      join(beside, installed, 'bin/node'),
      join(beside, installed, 'dist/stepcast.js'),
    ]),
    run(broker.url, root.dir, '/srv', [
      'chroot',
      root.dir,
      emulator,
      '-cpu',
      'cortex-a72',
      `${installed}/bin/node`,
      `${installed}/dist/stepcast.js`,
    ]),
  ];
  try {
    await Promise.all(daemons.map(({ listening }) => listening()));
    const messages = workload({ seed: 23, readings, timed: series });
    const sender = await startSender({ port: broker.port, clientId: 'sensors', messages, ratePerSecond: 2_000 });
    sender.allow(messages.length);
    await sender.settled();
    await sender.end();
    await Promise.all(daemons.map(({ stored }) => stored(messages.length)));
  } finally {
    for (const { stop } of daemons) await stop();
    await broker.stop();
  }
  const [x64, arm64] = daemons.map(({ forecasts }) => forecasts());
  return { amd64: x64!, arm64: arm64! };
};

/** `stepcast run` by that program with its configuration and its state in `folder` of `base`, which is the root that it sees if it is put into one. */
function run(url: string, base: string, folder: string, [program, ...args]: string[]) {
  const own = join(base, folder);
  const seen = folder || own;
  mkdirSync(own, { recursive: true });
  const config = {
    node: 'pi',
    broker: { url, clientId: folder ? 'emulated' : 'native' },
    publish: { prefix: folder ? 'emulated' : 'native' },
    store: { path: join(seen, 'stepcast.db') },
    streams: workloadStreams,
    http: { listen: 'off' },
    learn: { enabled: false },
  };
  writeFileSync(join(own, 'stepcast.yaml'), JSON.stringify(config));
  const child: ChildProcess = spawn(program!, [...args, 'run', '--config', join(seen, 'stepcast.yaml')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said += chunk));
  const database = join(own, 'stepcast.db');
  const alive = (): true => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the daemon ended:\n${said}`);
    return true;
  };
  return {
    listening: () => eventually('the daemon listens', () => alive() && said.includes('"listening"'), emulatedMs),
    stored: (count: number) =>
      eventually(
        `${count} readings are stored`,
        () => alive() && existsSync(database) && Archive.count(database) === count,
        emulatedMs,
      ),
    forecasts: () => {
      const archive = new Archive(database);
      try {
        return archive.forecasts();
      } finally {
        archive.close();
      }
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      process.off('exit', killAtExit);
    },
  };
}
