import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { startMosquitto } from '../support/mosquitto.js';
import { Archive } from './support/archive.js';
import { brokerConfig } from './support/campaign.js';
import { cleanup } from './support/cleanup.js';
import { startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { shippedModels } from './support/installed.js';
import { contents, runOnce } from './support/runOnce.js';
import { startSender } from './support/sender.js';
import { startWitness } from './support/witness.js';
import { workDirs } from './support/workDir.js';
import { workload, workloadStreams } from './support/workload.js';

const newDir = workDirs();
const undo = cleanup();

interface Expected {
  readonly code: 1 | 2;
  readonly says: readonly RegExp[];
}

/** One line that says what is wrong, the exit code, no stack, and the folder as it was. */
const expectRefusal = async (args: readonly string[], dir: string, { code, says }: Expected) => {
  const before = contents(dir);
  const finished = await runOnce(args, dir);
  expect(finished.said, finished.stderr).toHaveLength(1);
  for (const pattern of says) expect(finished.said[0]).toMatch(pattern);
  expect(finished.said[0]).toMatch(/^stepcast: /);
  expect(finished.stderr).not.toMatch(/^\s+at /m);
  expect(finished.stderr).not.toMatch(/\.[jt]s:\d+/);
  expect(finished.stdout).toBe('');
  expect(finished.code).toBe(code);
  expect(contents(dir)).toEqual(before);
};

const off = ['--http', 'off'];
const nobody = 'mqtt://127.0.0.1:9'; // nothing listens on the discard port of the loopback interface

describe('a command line or a configuration that is wrong ends with code 2 and says what was expected', () => {
  test.each([
    [['run', '--brokr', nobody], /--broker/],
    [['run', '--broker', 'http://hub'], /--broker.*mqtt:/],
    [['run', '--topic', 'a/#/b'], /--topic.*#/],
    [['run', '--topic', 'a+/b'], /--topic.*\+/],
    [['run', '--http', 'eighty'], /--http.*HOST:PORT/],
    [['run', '--config', 'missing.yaml'], /missing\.yaml/],
    [['run', 'surplus'], /surplus|argument/],
    [['rnu'], /run/],
    [[], /command/],
    [['query'], /series/i],
  ] as const)('stepcast %j', async (args, pattern) => {
    await expectRefusal(args, newDir(), { code: 2, says: [pattern] });
  });

  test.each([
    ['streams:\n  - topic: a/#/b\n', [/streams\[0\]\.topic|streams\.0\.topic/, /#/]],
    ['broker: { ulr: mqtt://hub }\n', [/ulr/, /url/]],
    ['store: { flush: fast }\nnode: a/b\n', [/flush/, /node/]],
    ['streams: [\n', [/stepcast\.yaml/]],
    ['http: { listen: 0.0.0.0:8080 }\n', [/token/]],
  ] as const)('configuration %j', async (text, patterns) => {
    const dir = newDir();
    writeFileSync(join(dir, 'stepcast.yaml'), text);
    await expectRefusal(['run', '--config', 'stepcast.yaml'], dir, { code: 2, says: patterns });
  });
});

describe('a model that cannot be used ends the start and is named', () => {
  const copyModels = (dir: string) => {
    mkdirSync(join(dir, 'models'));
    for (const name of ['gru-base.onnx']) copyFileSync(join(shippedModels, name), join(dir, 'models', name));
  };
  const run = ['run', '--broker', nobody, '--models', 'models', ...off];

  test('missing', async () => {
    const dir = newDir();
    mkdirSync(join(dir, 'models'));
    await expectRefusal(run, dir, { code: 1, says: [/gru-base/, /models/, /MODEL_MISSING/] });
  });

  test.each([0, 1, 1_000])('cut short to %j bytes', async (size) => {
    const dir = newDir();
    copyModels(dir);
    const path = join(dir, 'models/gru-base.onnx');
    writeFileSync(path, readFileSync(path).subarray(0, size));
    await expectRefusal(run, dir, { code: 1, says: [/gru-base\.onnx/, /MODEL_UNREADABLE/] });
  });

  test('of another contract', async () => {
    const dir = newDir();
    copyModels(dir);
    const path = join(dir, 'models/gru-base.onnx');
    const other = readFileSync(path).toString('latin1').replace('"contract":1', '"contract":7');
    writeFileSync(path, other, 'latin1');
    await expectRefusal(run, dir, { code: 1, says: [/gru-base\.onnx/, /contract/, /expected 1/, /MODEL_CONTRACT/] });
  });
});

describe('a database that cannot be used ends the start and stays as it is', () => {
  const run = ['run', '--broker', nobody, '--db', 'stepcast.db', ...off];
  const used = async (): Promise<string> => {
    const dir = newDir();
    const broker = await startMosquitto({ config: brokerConfig });
    undo(() => broker.stop());
    const daemon = startDaemon({
      dir,
      config: { broker: { url: broker.url }, streams: workloadStreams, http: { listen: 'off' } },
    });
    undo(() => daemon.kill());
    await daemon.connected();
    const messages = workload({ seed: 91, readings: 50, timed: 4 });
    const sender = await startSender({ port: broker.port, clientId: 'sensors', messages, ratePerSecond: 5_000 });
    undo(() => sender.end());
    sender.allow(messages.length);
    await eventually('the readings are stored', () => Archive.count(join(dir, 'stepcast.db')) === messages.length);
    expect((await daemon.stop()).code).toBe(0);
    return dir;
  };
  const edit = (dir: string, change: (db: Database.Database) => void) => {
    const db = new Database(join(dir, 'stepcast.db'));
    change(db);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  };

  test('of a newer version', async () => {
    const dir = await used();
    edit(dir, (db) => void db.pragma(`user_version = ${(db.pragma('user_version', { simple: true }) as number) + 1}`));
    await expectRefusal(run, dir, { code: 1, says: [/stepcast\.db/, /newer/, /STORE_NEWER/] });
  });

  test('that is no database', async () => {
    const dir = newDir();
    writeFileSync(join(dir, 'stepcast.db'), 'Dear diary, '.repeat(1_000));
    await expectRefusal(run, dir, { code: 1, says: [/stepcast\.db/, /STORE_CORRUPT/] });
  });

  test('that is damaged', async () => {
    const dir = await used();
    const path = join(dir, 'stepcast.db');
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 100, 4096 * 3);
    writeFileSync(path, bytes);
    await expectRefusal(run, dir, { code: 1, says: [/stepcast\.db/, /STORE_CORRUPT/] });
  });

  test('of another program', async () => {
    const dir = newDir();
    edit(dir, (db) => void db.exec('CREATE TABLE recipes(name); PRAGMA journal_mode = DELETE'));
    await expectRefusal(run, dir, { code: 1, says: [/stepcast\.db/] });
  });

  test('that is a folder', async () => {
    const dir = newDir();
    mkdirSync(join(dir, 'stepcast.db'));
    await expectRefusal(run, dir, { code: 1, says: [/stepcast\.db/] });
  });

  test('in a folder that is not there', async () => {
    await expectRefusal(['run', '--broker', nobody, '--db', 'nowhere/stepcast.db', ...off], newDir(), {
      code: 1,
      says: [/nowhere/, /STORE_/],
    });
  });

  test('on a disk that may only be read', async (context) => {
    const dir = await used();
    const disk = join(dir, 'disk');
    mkdirSync(disk);
    copyFileSync(join(dir, 'stepcast.db'), join(disk, 'stepcast.db'));
    for (const args of [
      ['--bind', disk, disk],
      ['-o', 'remount,bind,ro', disk],
    ]) {
      const mounted = spawnSync('mount', args, { encoding: 'utf8' });
      if (mounted.status !== 0)
        context.skip(`a disk cannot be mounted read-only here: ${mounted.stderr ?? mounted.error}`);
    }
    undo(() => spawnSync('umount', ['-l', disk]));
    const args = ['run', '--broker', nobody, '--db', 'disk/stepcast.db', ...off];
    await expectRefusal(args, dir, { code: 1, says: [/disk\/stepcast\.db/, /STORE_READ_ONLY/] });
  });

  test('that another daemon writes', async () => {
    const dir = await used();
    const first = startDaemon({ dir: join(dir), config: { broker: { url: nobody }, http: { listen: 'off' } } });
    undo(() => first.kill());
    await eventually('the first one is at work', () => first.log().includes('nothing listens there'));
    await expectRefusal(run, dir, { code: 1, says: [/stepcast\.db/, /STORE_LOCKED/] });
    expect(first.running).toBe(true);
    expect((await first.stop()).code).toBe(0);
  });
});

describe('a broker that refuses', () => {
  const guarded = async () => {
    const dir = newDir();
    const passwords = join(dir, 'passwords');
    const rules = join(dir, 'rules');
    writeFileSync(passwords, '');
    chmodSync(passwords, 0o600);
    const made = spawnSync('mosquitto_passwd', ['-b', passwords, 'greenhouse', 'right'], { encoding: 'utf8' });
    expect(made.status, made.stderr).toBe(0);
    writeFileSync(rules, 'user greenhouse\ntopic readwrite stepcast/#\ntopic read sensors/#\n');
    const config = [...brokerConfig, 'allow_anonymous false', `password_file ${passwords}`, `acl_file ${rules}`];
    const broker = await startMosquitto({ config });
    undo(() => broker.stop());
    return broker;
  };

  test('the password ends the start', async () => {
    const broker = await guarded();
    const args = ['run', '--broker', broker.url.replace('//', '//greenhouse:wrong@'), ...off];
    await expectRefusal(args, newDir(), {
      code: 1,
      says: [/not authorized|password/, /broker\.password/, /BROKER_REFUSED/],
    });
  });

  test('never has the password repeated', async () => {
    const broker = await guarded();
    const url = broker.url.replace('//', '//greenhouse:wrong-secret@');
    const { stderr } = await runOnce(['run', '--broker', url, ...off], newDir());
    expect(stderr).not.toContain('wrong-secret');
  });
});

test('a broker that is not there yet is waited for, and told of once', async () => {
  const dir = newDir();
  const spare = await startMosquitto();
  const { port } = spare;
  await spare.stop();
  const url = `mqtt://127.0.0.1:${port}`;
  const daemon = startDaemon({
    dir,
    config: { node: 'wait', broker: { url }, streams: workloadStreams, http: { listen: 'off' } },
  });
  undo(() => daemon.kill());
  const lines = () =>
    daemon
      .log()
      .split('\n')
      .filter((line) => line.includes('BROKER_UNREACHABLE'));
  await eventually('it says so', () => lines().length > 0);
  expect(lines()[0]).toContain(`127.0.0.1:${port}`);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(lines()).toHaveLength(1);
  expect(daemon.running).toBe(true);

  const broker = await startMosquitto({ port, config: brokerConfig });
  undo(() => broker.stop());
  const witness = await startWitness(port, 'wait');
  undo(() => witness.end());
  await daemon.connected();
  await eventually('it is online', () => witness.statuses.includes('online'));
  expect((await daemon.stop()).code).toBe(0);
});
