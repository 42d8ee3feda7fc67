import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCampaign } from './support/campaign.js';
import { differences, flawless, judge } from './support/verdict.js';
import { workDirs } from './support/workDir.js';
import { workload } from './support/workload.js';

const newDir = workDirs();

test('25 power cuts lose no acknowledged reading, damage no database and change no forecast', async () => {
  const dir = newDir();
  const messages = workload({ seed: 20_002, readings: 100, timed: 40, bare: 20 });
  const cut = await runCampaign({ dir: join(dir, 'cut'), messages, seed: 26, deaths: 25, by: 'powercut' });
  console.info(cut.diary.join('\n'));
  const calm = await runCampaign({ dir: join(dir, 'calm'), messages, seed: 1, deaths: 0, by: 'kill' });

  expect(cut.integrity).toEqual(Array.from({ length: 25 }, () => 'ok'));
  expect(judge(cut.dbPath, messages, cut.published)).toMatchObject({ ...flawless, readings: 6_000, forecasts: 6_000 });
  expect(differences(cut.dbPath, calm.dbPath, messages)).toEqual([]);
});
