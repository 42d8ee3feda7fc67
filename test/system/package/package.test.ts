import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Archive } from '../crash/support/archive.js';
import { eventually } from '../crash/support/eventually.js';
import { command } from './support/command.js';
import { type DebianRoot, makeDebianRoot } from './support/debianRoot.js';
import { forecastBoth, readingsSent } from './support/forecastBoth.js';
import { buildPackages, project, repackLater, requirePrograms, whatForbids } from './support/packages.js';
import { commandsOfReadme } from './support/readmeCommands.js';

const mostBytes = 40e6;
const startMs = 60_000;
const buildMs = 2_400_000; // two compilations of SQLite and 260 MB for xz: three minutes on a quiet machine, 25 on one with sixteen at work
const forbidden = whatForbids();
if (forbidden) console.warn(`test/system/package is skipped: ${forbidden}`);

describe.skipIf(forbidden !== undefined)(forbidden ? `the packages (skipped: ${forbidden})` : 'the packages', () => {
  const work = mkdtempSync(join(tmpdir(), 'stepcast-packages-'));
  let debs: Record<'amd64' | 'arm64', string>;
  let root: DebianRoot;
  let daemon: ReturnType<DebianRoot['start']> | undefined;
  const host = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const database = '/var/lib/stepcast/stepcast.db';

  beforeAll(async () => {
    requirePrograms();
    const began = performance.now();
    [debs, root] = await Promise.all([buildPackages(work), makeDebianRoot()]);
    root.copyIn(debs[host]);
    console.info(`packages and a bare root: ${seconds(began)}`);
  }, buildMs);
  afterAll(async () => {
    await root?.remove();
    rmSync(work, { recursive: true, force: true });
  });

  /** The service, started as systemd would: its ExecStart as its user in its folder. */
  const startService = () => {
    const unit = readFileSync(join(root.dir, 'usr/lib/systemd/system/stepcast.service'), 'utf8');
    const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)![1]!;
    return root.start(value('User'), `cd /var/lib/${value('StateDirectory')} && exec ${value('ExecStart')}`);
  };
  const startBroker = async () => {
    const ready = 'mkdir -p /run/mosquitto && chown mosquitto: /run/mosquitto'; // as its unit does
    const broker = root.start('root', `${ready} && exec mosquitto -c /etc/mosquitto/mosquitto.conf`);
    const answers = () =>
      root.runInside('mosquitto_pub -t test -m 1').then(
        () => true,
        () => false,
      );
    await eventually('the broker answers', answers, startMs);
    return broker;
  };
  const online = () =>
    eventually(`the daemon is online\n${daemon!.output()}`, () => daemon!.output().includes('"listening"'), startMs);

  it.each(['amd64', 'arm64'] as const)('for %s is at most 40 MB', (arch) => {
    const { size } = statSync(debs[arch]);
    console.info(`${arch}: ${(size / 1e6).toFixed(1)} MB`);
    expect(size).toBeLessThanOrEqual(mostBytes);
  });

  it.each(['amd64', 'arm64'] as const)(
    'for %s has files of root that only root may write, and nothing of where it was built',
    async (arch) => {
      const rows = (await command('dpkg-deb', ['-c', debs[arch]])).trim().split('\n');
      const entries = rows
        .map((row) => row.split(/\s+/))
        .map(([mode, owner, , , , path]) => ({ mode: mode!, owner, path: path! }));
      expect(entries.filter(({ owner }) => owner !== 'root/root')).toEqual([]);
      expect(entries.filter(({ mode }) => /^.{5}w|^.{8}w|s|t/.test(mode))).toEqual([]);
      const tops = new Set(entries.map(({ path }) => path.split('/')[1]).filter(Boolean));
      expect([...tops].sort()).toEqual(['etc', 'usr']);
      const tree = join(work, `tree-${arch}`);
      await command('dpkg-deb', ['-R', debs[arch], tree]);
      const traces = await command('sh', [
        '-c',
        `grep -rlF -e '${project}' -e '${tmpdir()}/stepcast-' '${tree}' || true`,
      ]);
      expect(traces).toBe('');
      for (const script of ['postinst', 'prerm', 'postrm']) await command('sh', ['-n', join(tree, 'DEBIAN', script)]);
      const machine = await command('readelf', ['-h', join(tree, 'usr/lib/stepcast/bin/node')]);
      expect(machine).toMatch(arch === 'arm64' ? /AArch64/ : /X86-64/);
      const native = join(tree, 'usr/lib/stepcast/node_modules/better-sqlite3/build/Release/better_sqlite3.node');
      expect(await command('readelf', ['-h', native])).toMatch(arch === 'arm64' ? /AArch64/ : /X86-64/);
    },
  );

  it('gives, from a bare Debian, the first forecast of an own sensor with the commands of the README and nothing else', async () => {
    const began = performance.now();
    const commands = commandsOfReadme();
    const installing = commands.filter((line) => line.startsWith('apt '));
    const others = commands.slice(installing.length);
    expect(installing.at(-1)).toContain('apt install');
    await root.run(['cd /root', ...installing].join(' && '));
    const installed = minutes(began);
    // no systemd here: what it would have started
    const broker = await startBroker();
    daemon = startService();
    const said: string[] = [];
    for (const line of others) said.push(await root.runInside(`timeout 120 ${line}`));
    console.info(`${commands.length} commands, ${minutes(began)} of which ${installed} to install`);
    expect(said.join('')).toMatch(/^stepcast\/\S+\/status online$/m);
    const forecast = /^stepcast\/\S+\/forecast\/sensors\/kitchen\.(\w+) (\{.*\})$/m.exec(said.join(''))!;
    expect(JSON.parse(forecast[2]!)).toMatchObject({
      last: forecast[1] === 'temperature' ? 21.4 : 48,
      levels: [0.1, 0.5, 0.9],
    });
    const series = () => root.runInside(others.at(-1)!); // a forecast is published first, and committed within store.flush
    await eventually('the series is listed', async () => (await series()).includes('sensors/kitchen.temperature'));
    await daemon.stop();
    await broker.stop();
  });

  it('has a user without a shell, a configuration only the service may read, and files as they were packed', async () => {
    expect(await root.run('getent passwd stepcast')).toMatch(
      /^stepcast:.*:\/var\/lib\/stepcast:\/usr\/sbin\/nologin$/m,
    );
    expect(await root.run('stat -c "%U:%G %a" /etc/stepcast/stepcast.yaml /var/lib/stepcast')).toBe(
      'root:stepcast 640\nstepcast:stepcast 750\n',
    );
    expect(await root.run('dpkg --verify stepcast')).toBe('');
    expect(await root.run('stepcast --version')).toMatch(/^stepcast \d+\.\d+\.\d+/);
    expect(await root.run('dpkg --status stepcast')).toMatch(/^Conffiles:\n \/etc\/stepcast\/stepcast\.yaml /m);
  });

  it('shows the demonstration from where it is installed', async () => {
    const shown = await root.runInside('cd /tmp && stepcast demo --port 1999 --duration 20 2>&1');
    expect(shown).toMatch(/readings, [1-9]\d* forecasts/);
  });

  it('keeps its configuration and its database through an upgrade', async () => {
    const readings = Archive.count(join(root.dir, database));
    expect(readings).toBeGreaterThan(0);
    await root.run('echo "node: kept" >> /etc/stepcast/stepcast.yaml');
    root.copyIn(await repackLater(debs[host], work));
    await root.run('apt-get install -y -o Dpkg::Options::=--force-confold /root/stepcast_later.deb');
    expect(await root.run('dpkg --status stepcast')).toMatch(/^Version: .*\+later$/m);
    expect(
      await root.run('tail -n 1 /etc/stepcast/stepcast.yaml; stat -c "%U:%G %a" /etc/stepcast/stepcast.yaml'),
    ).toBe('node: kept\nroot:stepcast 640\n');
    const broker = await startBroker();
    daemon = startService();
    await online();
    await root.runInside('mosquitto_pub -q 1 -t sensors/kitchen -m \'{"temperature": 21.6}\'');
    const heard = await root.runInside(
      'timeout 60 mosquitto_sub -C 1 -t stepcast/kept/forecast/sensors/kitchen.temperature',
    );
    expect(JSON.parse(heard)).toMatchObject({ last: 21.6 });
    await daemon.stop();
    await broker.stop();
    expect(Archive.count(join(root.dir, database))).toBe(readings + 1);
  });

  it('leaves configuration and database when removed, and nothing when purged', async () => {
    await root.run('apt-get remove -y stepcast');
    expect(
      ['/usr/bin/stepcast', '/usr/lib/stepcast', '/etc/stepcast/stepcast.yaml', database].map(root.exists),
    ).toEqual([false, false, true, true]);
    await root.run('apt-get purge -y stepcast');
    expect(['/etc/stepcast', '/var/lib/stepcast'].map(root.exists)).toEqual([false, false]);
    expect(await root.run('getent passwd stepcast || echo none')).toBe('none\n');
    expect(await root.run('find / -xdev -name "*stepcast*" -not -path "/proc/*" -not -path "/root/*"')).toBe('');
  });

  it('on arm64, emulated, forecasts what it forecasts on x64, bit for bit', async () => {
    await root.run(`dpkg --add-architecture arm64 && apt-get update -qq`);
    root.copyIn(debs.arm64);
    await root.run('apt-get install -y --no-install-recommends /root/stepcast_*_arm64.deb');
    const { amd64, arm64 } = await forecastBoth({ root, amd64: debs.amd64, work });
    expect(amd64.size).toBe(readingsSent);
    expect([...arm64]).toEqual([...amd64]);
  });
});

const seconds = (began: number): string => `${((performance.now() - began) / 1000).toFixed(0)} s`;
const minutes = (began: number): string => `${((performance.now() - began) / 60_000).toFixed(1)} min`;
