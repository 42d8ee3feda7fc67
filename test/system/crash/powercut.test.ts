import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runCampaign } from './support/campaign.js';
import { cutPower } from './support/powerCut.js';
import { compilePreload } from './support/preload.js';
import { differences, flawless, judge } from './support/verdict.js';
import { workDirs } from './support/workDir.js';
import { workload } from './support/workload.js';

const newDir = workDirs();
const committer = join(dirname(fileURLToPath(import.meta.url)), 'support/committer.mjs');

/** How many of 300 rows a power cut takes back from a database that is written with this `synchronous`. */
const lostRows = async (synchronous: string): Promise<number> => {
  const dir = newDir();
  const [disk, kept, image] = ['disk', 'kept', 'image'].map((name) => join(dir, name));
  for (const folder of [disk, kept]) mkdirSync(folder);
  const child = spawn(process.execPath, [committer, join(disk, 'rows.db'), synchronous], {
    env: { ...process.env, LD_PRELOAD: compilePreload('powercut', dir), POWERCUT_DIR: disk, POWERCUT_KEPT: kept },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let committed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    committed = Number(line);
    if (committed >= 300) child.kill('SIGKILL');
  }
  await ended;
  cutPower(disk, kept, image);
  const db = new Database(join(image, 'rows.db'));
  const found = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'committed'").get()
    ? (db.prepare('SELECT count(*) FROM committed').pluck().get() as number)
    : 0;
  db.close();
  return committed - found;
};

test('the model of a power cut takes back what NORMAL committed, and nothing of what FULL did', async () => {
  expect(await lostRows('NORMAL')).toBeGreaterThanOrEqual(300);
  expect(await lostRows('FULL')).toBeLessThanOrEqual(0); // a row may be committed whose number was not printed yet
});

test('25 power cuts lose no acknowledged reading, damage no database and change no forecast', async () => {
  const dir = newDir();
  const messages = workload({ seed: 20_002, readings: 100, timed: 40, bare: 20 });
  const cut = await runCampaign({ dir: join(dir, 'cut'), messages, seed: 26, deaths: 25, by: 'powercut' });
  console.info(cut.diary.join('\n'));
  const calm = await runCampaign({ dir: join(dir, 'calm'), messages, seed: 1, deaths: 0, by: 'kill' });

  expect(cut.integrity).toEqual(Array.from({ length: 25 }, () => 'ok'));
  expect(judge(cut.dbPath, messages, cut.published)).toMatchObject({ ...flawless, readings: 6_000, forecasts: 6_000 });
  expect([...cut.malformed, ...calm.malformed]).toEqual([]);
  expect(differences(cut.dbPath, calm.dbPath, messages)).toEqual([]);
});
