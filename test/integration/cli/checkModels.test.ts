import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkModels } from '../../../src/cli/checks/checkModels.js';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { PushJournal, pushFolder } from '../../../src/registry/push/pushJournal.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stepcast-check-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const found = async (model: string, models: object): Promise<string> => {
  const plain = loadConfig({ file: undefined, flags: {}, env: {}, hostName: 'pi' });
  const [stream] = plain.streams;
  const config = {
    ...plain,
    store: { ...plain.store, path: join(dir, 'stepcast.db') },
    models: { ...plain.models, dir: 'models', dirGiven: true, ...models },
    streams: [{ ...stream, settings: { ...stream.settings, model } }],
  };
  const findings = await checkModels(config);
  return findings.map(({ level, subject, message }) => `${level} ${subject}: ${message}`).join('\n');
};

it('notes a model that is yet to be pushed, where pushes are taken, and fails where they are not', async () => {
  expect(await found('boiler', { trust: ['a key'] })).toBe(
    'ok model boiler: not in models, to be pushed: until then its series use gru-base',
  );
  expect(await found('boiler', { allowUnsigned: true })).toMatch(/^ok /);
  expect(await found('boiler', {})).toMatch(/^fail model boiler: there is no boiler.onnx in models/);
});

it('knows what was pushed, and that a version which was not cannot be used', async () => {
  const journal = new PushJournal(pushFolder(join(dir, 'stepcast.db')));
  const versions = [1, 3].map((version) => ({ version, sha256: 'a'.repeat(64), created: 0 }));
  await journal.put({ name: 'boiler', versions });
  expect(await found('boiler', { trust: ['a key'] })).toBe(
    'ok model boiler: was pushed to this node: boiler@1, boiler@3',
  );
  expect(await found('boiler@3', { trust: ['a key'] })).toBe('ok model boiler@3: was pushed to this node');
  expect(await found('boiler@2', { trust: ['a key'] })).toMatch(/^fail model boiler@2: /);
});

it('loads what is in the folder, also where a version of it is named', async () => {
  expect(await found('gru-small@1', {})).toMatch(/^ok model gru-small@1: gru-small@1, gru, horizon \d+/);
});
