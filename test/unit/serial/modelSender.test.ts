import { describe, expect, it } from 'vitest';
import type { HostMessage } from '../../../src/serial/frames/messages.js';
import { type ModelNews, ModelSender } from '../../../src/serial/modelSender.js';

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
const model = { version: 8, bytes, sha256: 'ab'.repeat(32), crc32: 7 };

/** A sender whose device has not answered yet. */
const begun = () => {
  const sent: HostMessage[] = [];
  const news: ModelNews[] = [];
  const clock = { ms: 0 };
  const sender = new ModelSender({
    ...{ model, maxPayload: 64, transfer: 77, elapsedMs: () => clock.ms },
    send: (message) => sent.push(message),
    tell: (one) => news.push(one),
  });
  const answer = (status: number, offset = 0, transfer = 77) =>
    sender.hear({ name: 'MODEL', transfer, status, slot: 1, offset });
  const pass = (ms: number) => {
    for (const end = clock.ms + ms; clock.ms < end; ) {
      clock.ms += 250;
      sender.tick();
    }
  };
  return { sender, sent, news, answer, pass };
};

describe('a model for a device', () => {
  it('goes chunk by chunk from where the device is, is tested, tried and confirmed', () => {
    const { sender, sent, news, answer, pass } = begun();
    sender.begin();
    answer(0, 0);
    answer(0, 56);
    answer(0, 100);
    answer(1);
    answer(2);
    pass(4_000);
    for (let i = 0; i < 3; i++) sender.heardReading();
    expect(sent.map(({ name }) => name)).not.toContain('MODEL_CONFIRM');
    pass(1_500);
    answer(3);
    expect(sent).toEqual([
      { name: 'MODEL_BEGIN', transfer: 77, version: 8, size: 100, crc32: 7, sha256: model.sha256 },
      { name: 'MODEL_CHUNK', transfer: 77, offset: 0, data: bytes.subarray(0, 56) },
      { name: 'MODEL_CHUNK', transfer: 77, offset: 56, data: bytes.subarray(56) },
      { name: 'MODEL_END', transfer: 77 },
      { name: 'MODEL_COMMIT', transfer: 77 },
      { name: 'MODEL_CONFIRM', transfer: 77, verdict: 1 },
    ]);
    expect(news.map(({ state }) => state)).toEqual(['receiving', 'receiving', 'receiving', 'trial', 'active']);
    expect(sender.isOver).toBe(true);
  });

  it('goes on at the offset that the device names', () => {
    const { sender, sent, answer } = begun();
    sender.begin();
    answer(0, 90);
    expect(sent.at(-1)).toEqual({ name: 'MODEL_CHUNK', transfer: 77, offset: 90, data: bytes.subarray(90) });
  });

  it('says the same again when there is no answer, five times at most', () => {
    const { sender, sent, pass, answer } = begun();
    sender.begin();
    pass(4_500);
    expect(sent).toHaveLength(1);
    pass(1_000);
    expect(sent).toHaveLength(2);
    answer(0, 0);
    pass(60_000);
    expect(sent.filter(({ name }) => name === 'MODEL_CHUNK')).toHaveLength(5);
    expect(sender.isOver).toBe(true);
  });

  it('tells why a device refuses it, and that one fell back', () => {
    for (const [status, state] of [
      [20, 'rejected'],
      [99, 'rejected'],
      [4, 'rolled-back'],
    ] as const) {
      const { sender, news, answer } = begun();
      sender.begin();
      answer(status);
      expect(news).toEqual([{ state, reason: expect.any(String) }]);
      expect(sender.isOver).toBe(true);
    }
  });

  it('confirms a trial that began before a restart, and hears nothing of other transfers', () => {
    const { sender, sent, news, answer, pass } = begun();
    sender.begin();
    answer(20, 0, 78);
    expect(news).toEqual([]);
    sender.goOnWithTrial();
    for (let i = 0; i < 3; i++) sender.heardReading();
    pass(6_000);
    expect(sent.at(-1)).toEqual({ name: 'MODEL_CONFIRM', transfer: 0, verdict: 1 });
  });

  it('counts no reading before the trial, begins a trial once, and waits out an answer it does not know', () => {
    const { sender, sent, news, answer, pass } = begun();
    sender.begin();
    for (let i = 0; i < 9; i++) sender.heardReading();
    answer(5); // none of this version
    answer(2);
    pass(4_000);
    answer(2);
    for (let i = 0; i < 2; i++) sender.heardReading();
    pass(6_000);
    expect({ news, asked: sent.length }).toEqual({ news: [{ state: 'trial' }], asked: 1 });
    sender.heardReading();
    pass(250);
    expect(sent.at(-1)).toMatchObject({ name: 'MODEL_CONFIRM' });
  });
});
