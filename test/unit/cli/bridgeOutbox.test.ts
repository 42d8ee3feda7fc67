import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BridgeOutbox } from '../../../src/cli/bridgeOutbox.js';
import type { TakenReading } from '../../../src/serial/knownDevice.js';

const channel = { name: 'CHANNEL', channel: 0, stepMs: 0, label: 'temperature', unit: '°C' } as const;
const readings = (from: number, count: number): TakenReading[] =>
  Array.from({ length: count }, (_, i) => ({ channel, sequence: from + i, tMs: 1_763_865_600_123 + i, y: from + i }));

describe('the outbox of a bridge', () => {
  let sent: { topic: string; payload: Uint8Array; settle: (isTaken: boolean) => void }[];
  let room: number;
  let committed: string[];
  const ready$ = new Subject<void>();
  let outbox: BridgeOutbox;

  beforeEach(() => {
    vi.useFakeTimers();
    [sent, room, committed] = [[], 100, []];
    outbox = new BridgeOutbox({
      ready$,
      deliver: ({ topic, payload }, settle) => room-- > 0 && sent.push({ topic, payload, settle }) > 0,
    });
  });

  afterEach(() => {
    outbox.stop();
    vi.useRealTimers();
  });

  const put = (device: string, from: number, count: number) =>
    outbox.put(device, readings(from, count), () => committed.push(`${device} ${from + count - 1}`));

  it('sends SenML with times to the millisecond', () => {
    put('cellar', 1, 2);
    expect(sent[0].topic).toBe('sensors/cellar');
    expect(JSON.parse(Buffer.from(sent[0].payload).toString())).toEqual([
      { n: 'temperature', u: '°C', t: 1_763_865_600.123, v: 1 },
      { n: 'temperature', u: '°C', t: 1_763_865_600.124, v: 2 },
    ]);
  });

  it('counts readings as committed when the broker has them and all before them', () => {
    put('cellar', 1, 130); // three messages
    put('cellar', 131, 1);
    put('attic', 1, 1);
    expect(sent).toHaveLength(5);
    for (const i of [4, 3, 1, 2]) sent[i].settle(true);
    expect(committed).toEqual(['attic 1']);
    sent[0].settle(true);
    expect(committed).toEqual(['attic 1', 'cellar 130', 'cellar 131']);
  });

  it('waits until there is room, and keeps the order', () => {
    room = 1;
    for (const from of [1, 2, 3]) put('cellar', from, 1);
    expect(sent).toHaveLength(1);
    room = 5;
    ready$.next();
    expect(sent.map(({ payload }) => JSON.parse(Buffer.from(payload).toString())[0].v)).toEqual([1, 2, 3]);
  });

  it('offers again what the broker refused', () => {
    put('cellar', 1, 1);
    put('cellar', 2, 1);
    sent[0].settle(false);
    sent[1].settle(true);
    expect(committed).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(sent).toHaveLength(3);
    sent[2].settle(true);
    expect(committed).toEqual(['cellar 1', 'cellar 2']);
  });

  it('is empty when the broker has all, or the patience is over', async () => {
    put('cellar', 1, 1);
    const empty = outbox.emptied(60_000);
    sent[0].settle(true);
    await empty;
    put('cellar', 2, 1);
    const late = outbox.emptied(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await late;
  });
});
