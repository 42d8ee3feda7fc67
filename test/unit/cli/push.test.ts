import { expect, test } from 'vitest';
import { cli, nowMs } from './support.js';

const day = 86_400_000;
const plain = ['push', 'm.onnx', '--name', 'boiler', '--version', '3', '--broker', 'mqtt://hub'];
const key = ['--key', 'fleet.key'];

test('push takes --version as that of the model, waits for answers, and keeps a model for thirty days', async () => {
  const { code, calls } = await cli([...plain, ...key]);
  expect(code).toBe(0);
  expect(calls[0][1]).toMatchObject({
    ...{ file: 'm.onnx', name: 'boiler', version: 3, keys: ['fleet.key'], node: 'all', activate: 'trial' },
    ...{ prefix: 'stepcast', expires: nowMs + 30 * day, chunkSize: 65_536, waitMs: 120_000, json: false },
    broker: { url: 'mqtt://hub' },
  });
});

test('push gives two keys while one takes the place of the other', async () => {
  const { calls } = await cli([...plain, '--key', 'old.key', '--key', 'new.key', '--expires', '+2d', '--wait', '1h']);
  expect(calls[0][1]).toMatchObject({ keys: ['old.key', 'new.key'], expires: nowMs + 2 * day, waitMs: 3_600_000 });
});

test('push ends with 1 when a node refused', async () => {
  expect((await cli([...plain, ...key], { bodies: { runPush: async () => false } })).code).toBe(1);
});

test.each([
  ['a key', plain, '--key is needed'],
  ['either a key or none', [...plain, ...key, '--unsigned'], '--unsigned with a --key'],
  ['a broker', [...plain.slice(0, 6), ...key], '--broker'],
  ['a time to come', [...plain, ...key, '--expires', '-1d'], 'in the past'],
  ['all nodes for canaries', [...plain, ...key, '--node', 'attic', '--canary', '1'], '--canary goes with --node all'],
  [
    'a name that fits into a topic',
    ['push', 'm.onnx', '--name', 'a/b', '--version', '1', ...key, '--broker', 'mqtt://hub'],
    '--name a/b',
  ],
  [
    'a name but auto',
    ['push', 'm.onnx', '--name', 'auto', '--version', '1', ...key, '--broker', 'mqtt://hub'],
    '--name auto',
  ],
  ['a node without wildcards', [...plain, ...key, '--node', '+'], '--node +'],
  ['a version', ['push', 'm.onnx', '--name', 'a', ...key, '--broker', 'mqtt://hub'], '--version'],
])('push wants %s', async (_, args, said) => {
  const { code, err, calls } = await cli(args);
  expect([code, calls]).toEqual([2, []]);
  expect(err).toContain(said);
});

test('push with --device sends a blob to one device of a node, and ends with 1 when it is refused there', async () => {
  const blob = ['push', 'm.blob', '--name', 'boiler', '--version', '3', '--broker', 'mqtt://hub', ...key];
  const { code, calls } = await cli([...blob, '--node', 'cellar', '--device', 'kitchen-7']);
  expect(code).toBe(0);
  expect(calls[0][0]).toBe('runDevicePush');
  expect(calls[0][1]).toMatchObject({ file: 'm.blob', node: 'cellar', device: 'kitchen-7', version: 3 });
  const refused = { runDevicePush: async () => false };
  expect((await cli([...blob, '--node', 'cellar', '--device', 'x'], { bodies: refused })).code).toBe(1);
  for (const wrong of [
    ['--device', 'x'],
    ['--node', 'cellar', '--device', 'a/b'],
  ])
    expect((await cli([...blob, ...wrong])).code).toBe(2);
});
