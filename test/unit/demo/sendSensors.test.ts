import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Replay } from '../../../src/demo/replay.js';
import { sendSensors } from '../../../src/demo/sendSensors.js';

const replay = (topic: string, length: number): Replay => ({
  topic,
  source: '',
  sensors: [],
  rows: Array.from({ length }, (_, i) => ({ tMs: 1e12 + i * 3_600_000, values: { y: i } })),
});
const live = { sample: () => [{ topic: 'sensors/machine/load', value: 0.5 }] };
const nothing = { sample: () => [] };

/** Runs for `ms` of virtual time; `takes` is how long the broker needs for a message. */
const sendFor = async (ms: number, options: Partial<Parameters<typeof sendSensors>[0]>, takes = 0) => {
  const sent: { topic: string; payload: string; atMs: number }[] = [];
  const stop = new AbortController();
  const begunMs = performance.now();
  const publish = async (topic: string, payload: string) => {
    sent.push({ topic, payload, atMs: performance.now() - begunMs });
    if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
  };
  const run = sendSensors({
    replays: [],
    metrics: nothing,
    stepsPerSecond: 10,
    publish,
    ...options,
    signal: stop.signal,
  });
  await vi.advanceTimersByTimeAsync(ms);
  stop.abort();
  await vi.advanceTimersByTimeAsync(takes);
  return { sent, taken: await run };
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('sendSensors', () => {
  it('sends every recorded stream in order at the wanted speed, the first step at once', async () => {
    const { sent } = await sendFor(2000, { replays: [replay('a', 1000), replay('b', 1000)], stepsPerSecond: 40 });
    const ofA = sent.filter(({ topic }) => topic === 'a').map(({ payload }) => JSON.parse(payload).y);
    expect(sent[0].atMs).toBe(0);
    expect(ofA).toEqual(ofA.map((_, i) => i));
    expect(Math.abs(ofA.length - 81)).toBeLessThanOrEqual(4);
    expect(sent.filter(({ topic }) => topic === 'b')).toHaveLength(ofA.length);
  });

  it('sends this machine’s metrics once a second, as bare numbers, however fast the recordings run', async () => {
    const { sent } = await sendFor(5500, { replays: [replay('a', 10_000)], metrics: live, stepsPerSecond: 500 });
    const metrics = sent.filter(({ topic }) => topic === 'sensors/machine/load');
    expect(metrics.map(({ payload }) => payload)).toEqual(Array(6).fill('0.5'));
    for (const [i, { atMs }] of metrics.entries()) expect(Math.abs(atMs - 1000 * i)).toBeLessThanOrEqual(60);
  });

  it('goes on with this machine when a recording has ended', async () => {
    const { sent, taken } = await sendFor(3500, { replays: [replay('a', 5)], metrics: live });
    expect(sent.filter(({ topic }) => topic === 'a')).toHaveLength(5);
    expect(taken).toBe(5 + 4);
  });

  it('waits for a slow broker and does not pile up what it missed', async () => {
    const { sent } = await sendFor(30_000, { replays: [replay('a', 10_000)], stepsPerSecond: 10 }, 4000);
    const turns = new Map<number, number>();
    for (const { atMs } of sent) turns.set(atMs, (turns.get(atMs) ?? 0) + 1);
    expect(Math.max(...turns.values())).toBeLessThanOrEqual(11);
    expect(turns.size).toBe(8);
  });

  it('keeps the beat of the metrics at a speed that cannot be kept', async () => {
    const { sent } = await sendFor(4500, { replays: [replay('a', 100_000)], metrics: live, stepsPerSecond: 1e6 }, 20);
    expect(sent.filter(({ topic }) => topic === 'sensors/machine/load')).toHaveLength(5);
    const turns = new Map<number, number>();
    for (const { topic, atMs } of sent) if (topic === 'a') turns.set(atMs, (turns.get(atMs) ?? 0) + 1);
    expect(Math.max(...turns.values())).toBe(250);
  });

  it('counts what the broker has taken', async () => {
    const { sent, taken } = await sendFor(1000, { replays: [replay('a', 1000)], metrics: live });
    expect(taken).toBe(sent.length);
  });
});
