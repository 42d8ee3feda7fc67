import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StepcastError } from '../../../src/errors.js';
import { listSeries } from '../../../src/storage/queries.js';
import { schemaVersion } from '../../../src/storage/schema.js';
import { bundle } from '../../support/bundle.js';
import { commitBatch } from '../../support/commitBatch.js';
import { SmallDisk } from '../../support/smallDisk.js';
import { emptyBatch, rounds, StoreFixture, seriesRow } from '../../support/storeFixture.js';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

/** Every file of the folder with a hash of its content. */
const contents = () =>
  readdirSync(fixture.folder).map((name) => {
    const path = join(fixture.folder, name);
    return `${name} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  });

async function refusal(opening: () => Promise<unknown> = () => fixture.open()): Promise<StepcastError> {
  const error = await opening().then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(StepcastError);
  expect(error.line).not.toContain('\n');
  expect(error.hint).toMatch(/\w/);
  return error;
}

async function filled(): Promise<void> {
  const store = await fixture.open();
  await commitBatch(store, { ...emptyBatch, ...rounds(1, 0, 2000), series: [seriesRow(1)] });
  await store.close();
}

describe('opening a store', () => {
  it('refuses a file that is no database, and leaves it and its folder as they were', async () => {
    writeFileSync(fixture.path, 'time,value\n'.repeat(500));
    const before = contents();
    expect(await refusal()).toMatchObject({ code: 'STORE_CORRUPT', subject: fixture.path });
    expect(await refusal(() => listSeries(fixture.path))).toMatchObject({ code: 'STORE_CORRUPT' });
    expect(contents()).toEqual(before);
  });

  it('refuses a file that was cut short, and leaves it as it was', async () => {
    await filled();
    truncateSync(fixture.path, 40_960);
    const before = contents();
    expect(await refusal()).toMatchObject({ code: 'STORE_CORRUPT' });
    expect(contents()).toEqual(before);
  });

  it('refuses a database whose pages are damaged', async () => {
    await filled();
    const bytes = readFileSync(fixture.path);
    bytes.fill(0x5a, 4096, 65_536);
    writeFileSync(fixture.path, bytes);
    expect(await refusal()).toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('refuses the database of another program, and leaves it as it was', async () => {
    const other = new Database(fixture.path);
    other.exec('CREATE TABLE contacts (name TEXT)');
    other.close();
    expect(await refusal()).toMatchObject({ code: 'STORE_CORRUPT', message: 'it is the database of another program' });
    expect(await refusal(() => listSeries(fixture.path))).toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('refuses a database of a newer version, and leaves it and its folder as they were', async () => {
    await filled();
    const db = new Database(fixture.path);
    db.pragma('journal_mode = DELETE');
    db.pragma(`user_version = ${schemaVersion + 1}`);
    db.close();
    const before = contents();
    expect(await refusal()).toMatchObject({ code: 'STORE_NEWER' });
    expect(await refusal(() => listSeries(fixture.path))).toMatchObject({ code: 'STORE_NEWER' });
    expect(contents()).toEqual(before);
  });

  it('says that a folder is missing, or that the path is one', async () => {
    expect(await refusal(() => fixture.open({ path: join(fixture.folder, 'none/x.db') }))).toMatchObject({
      code: 'STORE_IO',
    });
    mkdirSync(fixture.path);
    expect(await refusal()).toMatchObject({ code: 'STORE_IO', message: expect.stringContaining('folder') });
  });

  it('makes a database of an empty file', async () => {
    writeFileSync(fixture.path, '');
    const store = await fixture.open();
    expect((await store.load()).series).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('refuses a file that this user may not write', async () => {
    await filled();
    chmodSync(fixture.path, 0o444);
    expect(await refusal()).toMatchObject({ code: 'STORE_READ_ONLY' });
  });

  it.skipIf(!SmallDisk.available)('refuses a read-only file system, with a database or without', async () => {
    const disk = new SmallDisk('16m');
    try {
      const path = join(disk.folder, 'ro.db');
      const store = await fixture.open({ path });
      await store.close();
      disk.readOnly();
      expect(await refusal(() => fixture.open({ path }))).toMatchObject({ code: 'STORE_READ_ONLY' });
      expect(await refusal(() => fixture.open({ path: join(disk.folder, 'new.db') }))).toMatchObject({
        code: 'STORE_READ_ONLY',
      });
    } finally {
      disk.remove();
    }
  });
});

describe('a second writer', () => {
  it('is refused while the first is open, under another name of the file too, and let in afterwards', async () => {
    const first = await fixture.open();
    expect(await refusal()).toMatchObject({ code: 'STORE_LOCKED' });
    const link = join(fixture.folder, 'link.db');
    symlinkSync(fixture.path, link);
    expect(await refusal(() => fixture.open({ path: link }))).toMatchObject({ code: 'STORE_LOCKED' });
    await commitBatch(first, { ...emptyBatch, series: [seriesRow(1)] });
    await first.close();
    const second = await fixture.open();
    expect((await second.load()).series).toHaveLength(1);
  });

  it('is let in as soon as the first process was killed', async () => {
    const [script, worker] = await Promise.all([
      bundle('test/support/committingProcess.ts'),
      bundle('src/storage/storageWorker.ts'),
    ]);
    const child = spawn(process.execPath, [script, fixture.path, worker], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(await refusal()).toMatchObject({ code: 'STORE_LOCKED' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await fixture.open();
    expect((await store.load()).lastLogId).toBeGreaterThan(0);
  });
});

describe('reading a store', () => {
  it('says that there is none, and makes none', async () => {
    expect(await refusal(() => listSeries(fixture.path))).toMatchObject({ code: 'STORE_MISSING' });
    expect(existsSync(fixture.path)).toBe(false);
  });

  it('works beside the daemon, and for any SQLite client', async () => {
    const store = await fixture.open();
    await commitBatch(store, { ...emptyBatch, ...rounds(1, 0, 3), series: [seriesRow(1)] });
    expect(await listSeries(fixture.path)).toHaveLength(1);
    const python =
      'import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute("select count(*) from readings").fetchone()[0])';
    expect(execFileSync('python3', ['-c', python, fixture.path], { encoding: 'utf8' }).trim()).toBe('3');
  });
});
