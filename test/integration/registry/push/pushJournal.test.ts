import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PushJournal, readJournal } from '../../../../src/registry/push/pushJournal.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'stepcast-journal-')), 'push');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const version = (number: number) => ({ version: number, sha256: 'a'.repeat(64), created: number });
const record = (...numbers: number[]) => ({ name: 'boiler', versions: numbers.map(version) });

it('knows at once what it is told, and has it on disk when it says so', async () => {
  const journal = new PushJournal(folder);
  const written = journal.put(record(1));
  expect(journal.of('boiler')).toEqual(record(1));
  await written;
  expect(readJournal(folder)).toEqual([record(1)]);
});

it('has the last word on disk, however fast words come, and no other', async () => {
  const journal = new PushJournal(folder);
  const all = Array.from({ length: 50 }, (_, i) => journal.put(record(i + 1)));
  await Promise.all(all);
  expect(readJournal(folder)).toEqual([record(50)]);
  expect(readdirSync(folder)).toEqual(['boiler.json']);
});

it('keeps nothing of a name of which there is nothing to say', async () => {
  const journal = new PushJournal(folder);
  await journal.put(record(1));
  await journal.put({ name: 'boiler', versions: [] });
  expect([journal.records, readdirSync(folder)]).toEqual([[], []]);
});

it('tells a disk that fails to whoever asked, and makes up for it with the next word', async () => {
  const journal = new PushJournal(folder);
  mkdirSync(join(folder, 'boiler.json'), { recursive: true }); // in its way
  await expect(journal.put(record(1))).rejects.toThrow(/boiler\.json/);
  rmSync(join(folder, 'boiler.json'), { recursive: true });
  void journal.put({ name: 'pump', versions: [version(1)] });
  await journal.put(journal.of('boiler'));
  expect(readJournal(folder).map(({ name }) => name)).toEqual(['boiler', 'pump']);
});
