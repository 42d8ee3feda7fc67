import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ClockJournal } from '../../../src/serial/clockJournal.js';
import { portsOf } from '../../../src/serial/portFinder.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-serial-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('clocks of devices are on disk once they are kept, of the last boot of each; a damaged file is an empty one', async () => {
  const path = join(folder, 'clocks.json');
  const journal = new ClockJournal(path);
  const segments = [{ fromMs: 5, epochMs: 1_763_865_600_000.25, rate: 1.000013 }];
  await Promise.all([journal.save('a', 1, []), journal.save('b', 9, segments), journal.save('a', 2, segments)]);
  const read = new ClockJournal(path);
  expect([read.segmentsOf('a', 2), read.segmentsOf('a', 1), read.segmentsOf('b', 9)]).toEqual([segments, [], segments]);
  writeFileSync(path, '{"a": 1');
  expect(new ClockJournal(path).segmentsOf('a', 2)).toEqual([]);
});

it('a clock that cannot be kept is told of, and the next one may be', async () => {
  const journal = new ClockJournal(join(folder, 'missing/clocks.json'));
  await expect(journal.save('a', 1, [])).rejects.toThrow('ENOENT');
  mkdirSync(join(folder, 'missing'));
  await journal.save('a', 1, []);
});

it('a port with a star stands for all that match, and for none while there is no such folder', () => {
  mkdirSync(join(folder, 'by-id'));
  for (const name of ['usb-b', 'usb-a', 'other.1']) writeFileSync(join(folder, 'by-id', name), '');
  expect(portsOf(join(folder, 'by-id/usb-*'))).toEqual(['usb-a', 'usb-b'].map((name) => join(folder, 'by-id', name)));
  expect(portsOf(join(folder, 'by-id/other.*'))).toHaveLength(1);
  expect(portsOf(join(folder, 'away/*'))).toEqual([]);
  expect(portsOf('/dev/ttyACM0')).toEqual(['/dev/ttyACM0']);
});
