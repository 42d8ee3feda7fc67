import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCampaign } from './support/campaign.js';
import { differences, flawless, judge } from './support/verdict.js';
import { workDirs } from './support/workDir.js';
import { workload } from './support/workload.js';

const newDir = workDirs();

test('25 kills, two broker restarts and two broken connections lose nothing, store nothing twice and change no forecast', async () => {
  const dir = newDir();
  const messages = workload({ seed: 20_001, readings: 100, timed: 100, bare: 100 });
  const killed = await runCampaign({
    ...{ dir: join(dir, 'killed'), messages, seed: 25, deaths: 25, by: 'kill' },
    ...{ brokerRestartsAfter: [7, 18], cutsAfter: [11], silencesAfter: [21] },
  });
  console.info(killed.diary.join('\n'));
  const calm = await runCampaign({ dir: join(dir, 'calm'), messages, seed: 1, deaths: 0, by: 'kill' });

  const verdict = judge(killed.dbPath, messages, killed.published);
  expect(verdict).toMatchObject({ ...flawless, readings: 20_000, forecasts: 20_000 });
  expect(verdict.publishedAndStored).toBeGreaterThan(15_000);
  expect(judge(calm.dbPath, messages, calm.published)).toMatchObject({
    ...flawless,
    readings: 20_000,
    forecasts: 20_000,
  });
  expect([...killed.malformed, ...calm.malformed]).toEqual([]);
  expect(differences(killed.dbPath, calm.dbPath, messages)).toEqual([]);
});
