import { beforeEach, describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/firmware/crc32.js';
import type { DeviceMessage, HostMessage } from '../../../src/serial/frames/messages.js';
import { KnownDevice } from '../../../src/serial/knownDevice.js';
import type { LinkSession } from '../../../src/serial/linkSession.js';
import { type ChannelState, StateKeeper } from '../../../src/serial/stateKeeper.js';
import { FakeDevice } from '../../support/fakeDevice.js';

const sha = `${'0a'.repeat(8)}${'00'.repeat(24)}`;
const model = '0a'.repeat(8);
const whole = Uint8Array.from({ length: 60 }, (_, i) => i);

describe('the state of a device', () => {
  let clockMs: number;
  let sent: HostMessage[];
  let saved: Map<string, ChannelState>;
  let restored: number[];
  let keeper: StateKeeper;
  const session = { send: (message: HostMessage) => sent.push(message) } as unknown as LinkSession;

  beforeEach(() => {
    [clockMs, sent, saved, restored] = [0, [], new Map(), []];
    keeper = new StateKeeper({
      ...{ elapsedMs: () => clockMs, everyMs: 10_000 },
      load: (id, channel) => saved.get(`${id} ${channel}`),
      save: (id, channel, state) => saved.set(`${id} ${channel}`, state),
      onRestored: (_, channel) => restored.push(channel),
    });
  });

  const deviceOf = (boot: number): KnownDevice =>
    new KnownDevice({
      ...new FakeDevice().hello,
      ...{ boot, modelSha256: sha, stateBytes: 60, channels: 2, maxPayload: 64 },
    });
  const stats = { name: 'STATS' } as DeviceMessage;
  const state = (channel: number, offset: number, sequence = 9): DeviceMessage => ({
    ...{ name: 'STATE', channel, offset, total: 60, crc32: crc32(whole), sequence, model },
    data: whole.subarray(offset, offset + 42),
  });

  it('is asked for by and by, piece by piece, channel by channel', () => {
    const device = deviceOf(1);
    keeper.heard(session, device, stats);
    expect(sent).toEqual([]);
    clockMs = 10_000;
    keeper.tick();
    keeper.heard(session, device, state(0, 0));
    keeper.heard(session, device, state(0, 42));
    keeper.heard(session, device, { ...state(1, 0), total: 0, data: new Uint8Array() } as DeviceMessage);
    keeper.tick();
    expect(sent).toEqual([
      { name: 'STATE_GET', channel: 0, offset: 0 },
      { name: 'STATE_GET', channel: 0, offset: 42 },
      { name: 'STATE_GET', channel: 1, offset: 0 },
    ]);
    expect([...saved]).toEqual([['fake 0', { boot: 1, sequence: 9, model, data: Buffer.from(whole) }]]);
  });

  it('is asked for anew when its pieces are of two moments', () => {
    const device = deviceOf(1);
    keeper.heard(session, device, stats);
    clockMs = 10_000;
    keeper.tick();
    keeper.heard(session, device, state(0, 0));
    keeper.heard(session, device, state(0, 42, 10));
    expect(sent.at(-1)).toEqual({ name: 'STATE_GET', channel: 0, offset: 0 });
    expect(saved.size).toBe(0);
  });

  it('goes back to a device that restarted with the same model', () => {
    saved.set('fake 0', { boot: 1, sequence: 9, model, data: whole });
    const device = deviceOf(2);
    keeper.heard(session, device, stats);
    const set = { name: 'STATE_SET', channel: 0, total: 60, crc32: crc32(whole), sequence: 0, model };
    expect(sent).toEqual([{ ...set, offset: 0, data: whole.subarray(0, 42) }]);
    keeper.heard(session, device, { name: 'STATE_STATUS', channel: 0, status: 0, offset: 42 });
    expect(sent.at(-1)).toEqual({ ...set, offset: 42, data: whole.subarray(42) });
    keeper.heard(session, device, { name: 'STATE_STATUS', channel: 0, status: 1, offset: 60 });
    expect(restored).toEqual([0]);
    clockMs = 5_000;
    keeper.tick();
    expect(sent).toHaveLength(2);
  });

  it('is not given a second time to the same boot, whose state has gone on: to the next one it is', () => {
    saved.set('fake 0', { boot: 1, sequence: 9, model, data: whole });
    const device = deviceOf(2);
    keeper.heard(session, device, stats);
    keeper.heard(session, device, { name: 'STATE_STATUS', channel: 0, status: 1, offset: 60 });
    keeper.heard(session, device, { name: 'STATE_STATUS', channel: 0, status: 1, offset: 60 });
    keeper.left(device);
    sent = [];
    keeper.heard(session, device, stats);
    expect({ sent, restored }).toEqual({ sent: [], restored: [0] });
    keeper.heard(session, deviceOf(3), stats);
    expect(sent).toMatchObject([{ name: 'STATE_SET', channel: 0, offset: 0 }]);
  });

  it('stays where it is for the same boot, for another model, and where the device refuses it', () => {
    saved.set('fake 0', { boot: 2, sequence: 9, model, data: whole });
    saved.set('fake 1', { boot: 1, sequence: 9, model: 'ff'.repeat(8), data: whole });
    keeper.heard(session, deviceOf(2), stats);
    expect(sent).toEqual([]);
    saved.set('fake 0', { boot: 1, sequence: 9, model, data: whole });
    const device = deviceOf(3);
    keeper.heard(session, device, stats);
    keeper.heard(session, device, { name: 'STATE_STATUS', channel: 0, status: 2, offset: 0 });
    clockMs = 5_000;
    keeper.tick();
    expect({ sent: sent.length, restored }).toEqual({ sent: 1, restored: [] });
  });

  it('is sent again when there is no answer, and forgotten with the line', () => {
    saved.set('fake 0', { boot: 1, sequence: 9, model, data: whole });
    const device = deviceOf(2);
    keeper.heard(session, device, stats);
    clockMs = 2_500;
    keeper.tick();
    expect(sent).toHaveLength(2);
    keeper.left(device);
    clockMs = 60_000;
    keeper.tick();
    expect(sent).toHaveLength(2);
  });

  it('is no matter to a device without a network', () => {
    saved.set('fake 0', { boot: 1, sequence: 9, model, data: whole });
    const device = new KnownDevice({ ...deviceOf(2).hello, stateBytes: 0 });
    keeper.heard(session, device, stats);
    clockMs = 60_000;
    keeper.tick();
    expect(sent).toEqual([]);
  });

  it('is neither read from an answer of another channel nor given beyond its end', () => {
    saved.set('fake 0', { boot: 1, sequence: 9, model, data: whole });
    const device = deviceOf(2);
    keeper.heard(session, device, stats);
    sent = [];
    keeper.heard(session, device, { name: 'STATE_STATUS', channel: 0, status: 0, offset: 60 });
    keeper.heard(session, device, { name: 'STATE_STATUS', channel: 1, status: 0, offset: 0 });
    keeper.heard(session, device, state(1, 0));
    keeper.heard(session, device, stats);
    expect({ sent, kept: [...saved.keys()] }).toEqual({ sent: [], kept: ['fake 0'] });
  });
});
