import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type DemoBroker, startBroker } from '../../../src/demo/broker.js';
import { commandsOf, projectDir, readDocument } from '../../support/documents.js';
import { eventually } from '../../system/crash/support/eventually.js';

interface Recipe {
  readonly title: string;
  readonly config: string;
  readonly messages: readonly { topic: string; payload: string }[];
  readonly series: readonly string[];
}

/** Each configuration of the page with the messages after it, and the series that it says come of them. */
const recipes: Recipe[] = readDocument('docs/recipes.md')
  .split(/^## /m)
  .slice(1)
  .flatMap((section) =>
    [...section.matchAll(/```yaml\n(.*?)```\s+```sh\n(.*?)```\s+Series: (.*?)\.\n/gs)].map(
      ([, config, sent, series]) => ({
        title: series!,
        config: config!,
        messages: commandsOf(sent!).map((words) => ({
          topic: words[words.indexOf('-t') + 1]!,
          payload: words[words.indexOf('-m') + 1]!,
        })),
        series: [...series!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!).sort(),
      }),
    ),
  );

const executable = join(projectDir, 'dist/stepcast.js');
const folder = mkdtempSync(join(tmpdir(), 'stepcast-recipes-'));
let broker: DemoBroker;
beforeAll(async () => {
  if (!existsSync(executable)) throw new Error('dist/stepcast.js is missing: npm run build');
  broker = await startBroker(0);
});
afterAll(async () => {
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('docs/recipes.md', () => {
  it('has a recipe for each of the four', () => {
    expect(recipes).toHaveLength(5); // Home Assistant: to it, and from it
  });

  it.each(recipes)('hears $title', async ({ config, messages, series }) => {
    const name = join(folder, String(messages[0]!.topic.replaceAll('/', '-')));
    const database = `${name}.db`;
    const settings = {
      ...parse(config),
      broker: { url: broker.url },
      store: { path: database, flush: '0ms' },
      http: { listen: 'off' },
    };
    writeFileSync(`${name}.yaml`, stringify(settings));
    const daemon: ChildProcess = spawn(process.execPath, [executable, 'run', '--config', `${name}.yaml`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    daemon.stderr!.on('data', (chunk) => (said += chunk));
    const sensor = await mqtt.connectAsync(broker.url);
    try {
      await eventually('the daemon listens', () => said.includes('"listening"'));
      for (const { topic, payload } of messages) await sensor.publishAsync(topic, payload, { qos: 1 });
      await eventually(`${series} in the store`, () => storedSeries(database).length >= series.length);
      daemon.kill('SIGTERM');
      expect(await once(daemon, 'exit')).toEqual([0, null]);
      expect(storedSeries(database)).toEqual(series);
    } finally {
      daemon.kill('SIGKILL');
      await sensor.endAsync(true);
    }
  });
});

function storedSeries(path: string): string[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare('SELECT series FROM series ORDER BY series').pluck().all() as string[];
  } finally {
    db.close();
  }
}
