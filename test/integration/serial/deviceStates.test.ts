import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DeviceStates } from '../../../src/daemon/deviceStates.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-serial-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('states of devices outlive the process, channel by channel', () => {
  const state = { boot: 1, sequence: 7, model: '0a'.repeat(8), data: Uint8Array.of(1, 2, 3) };
  const before = new DeviceStates(join(folder, 'states'));
  before.save('kitchen-7', 0, state);
  before.save('kitchen-7', 2, { ...state, sequence: 8 });
  const after = new DeviceStates(join(folder, 'states'));
  expect(after.load('kitchen-7', 0)).toEqual({ ...state, data: Buffer.from([1, 2, 3]) });
  expect(after.load('kitchen-7', 2)).toMatchObject({ sequence: 8 });
  expect(after.load('kitchen-7', 1)).toBeUndefined();
  writeFileSync(join(folder, 'states/kitchen-7.state.json'), 'damaged');
  expect(new DeviceStates(join(folder, 'states')).load('kitchen-7', 0)).toBeUndefined();
});
