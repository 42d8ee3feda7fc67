import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StepcastError } from '../../../src/errors.js';
import type { TimeSegment } from '../../../src/serial/deviceClock.js';
import { DeviceHub } from '../../../src/serial/deviceHub.js';
import { writeFrame } from '../../../src/serial/frames/writeFrame.js';
import type { TakenReading } from '../../../src/serial/knownDevice.js';
import { FakeDevice } from '../../support/fakeDevice.js';

const startMs = Date.UTC(2026, 5, 1);

describe('a device hub', () => {
  let device: FakeDevice;
  let hub: DeviceHub;
  let taken: (Pick<TakenReading, 'sequence' | 'tMs' | 'y'> & { channel: string })[];
  let commits: (() => void)[];
  let events: string[];
  let clocks: Map<string, readonly TimeSegment[]>;
  let keep: () => Promise<void>;
  let ports: string[];

  beforeEach(() => {
    vi.useFakeTimers({ now: startMs, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    device = new FakeDevice();
    [taken, commits, events, clocks] = [[], [], [], new Map()];
    keep = async () => {};
    ports = ['/dev/fake'];
    hub = newHub();
  });

  afterEach(async () => {
    const stopped = hub.stop();
    await vi.advanceTimersByTimeAsync(10);
    await stopped;
    vi.useRealTimers();
  });

  const newHub = (): DeviceHub =>
    new DeviceHub({
      ...{ addresses: ports.map((port) => ({ port, baud: 115_200 })), node: 'a node/with signs', random: () => 0.5 },
      ...{ nowMs: () => Date.now(), elapsedMs: () => Date.now() },
      journal: {
        segmentsOf: (id, boot) => clocks.get(`${id} ${boot}`) ?? [],
        save: async (id, boot, segments) => {
          await keep();
          clocks.set(`${id} ${boot}`, [...segments]);
        },
      },
      onReadings: (_, readings, committed) => {
        taken.push(...readings.map(({ channel, sequence, tMs, y }) => ({ channel: channel.label, sequence, tMs, y })));
        commits.push(committed);
      },
      onOnline: ({ id }) => events.push(`${id} online`),
      onOffline: ({ id }) => events.push(`${id} offline`),
      onProblem: (message) => events.push(message),
      onUnavailable: ({ code }) => events.push(code),
      open: async () => {
        if (device.line)
          throw new StepcastError({ code: 'LINE_UNAVAILABLE', op: 'open', subject: 'x', message: 'away' });
        return device.plugIn();
      },
    });

  const pass = (ms: number): Promise<unknown> => {
    device.uptimeMs += ms;
    return vi.advanceTimersByTimeAsync(ms);
  };
  const joined = async (): Promise<void> => {
    hub.start();
    await pass(200);
  };
  const lastAck = () => device.named('ACK').at(-1)!;
  const commitAll = (): void => {
    for (const commit of commits.splice(0)) commit();
  };

  it('calls, joins, asks for the time, and then lets readings come', async () => {
    hub.start();
    await pass(0);
    expect(device.named('HOST_HELLO')[0]).toMatchObject({ min: 1, max: 1, node: 'a-node-with-signs' });
    expect(device.named('ACK')[0]).toMatchObject({ committed: 1, received: 1, credit: 0 });
    await pass(200);
    expect(events).toEqual(['fake online']);
    expect(device.named('TIME_GET')).toHaveLength(4);
    expect(device.named('TIME_SET')[0]).toMatchObject({ boot: 77, uncertaintyMs: 1 });
    expect(device.credit).toBeGreaterThan(0);
  });

  it('takes readings in order, with their times, and acknowledges them once they are committed', async () => {
    await joined();
    const [{ fromMs, epochMs, rate }] = clocks.get('fake 77')!;
    expect({ fromMs, epochMs, rate }).toEqual({ fromMs: 5_200, epochMs: startMs, rate: 1 }); // the device was 5.2 s old
    const beganMs = epochMs - fromMs;
    device.measure(1.5, -0, 2.5);
    await pass(20);
    expect(taken).toEqual([
      { channel: 'temperature', sequence: 1, tMs: beganMs + device.held[0].ms, y: 1.5 },
      { channel: 'temperature', sequence: 2, tMs: beganMs + device.held[1].ms, y: -0 },
      { channel: 'temperature', sequence: 3, tMs: beganMs + device.held[2].ms, y: 2.5 },
    ]);
    expect(lastAck()).toMatchObject({ committed: 1, received: 4 });
    expect(device.held).toHaveLength(3);
    commitAll();
    await pass(20);
    expect(lastAck()).toMatchObject({ committed: 4, received: 4 });
    expect(device.held).toEqual([]);
  });

  it('takes nothing twice, and asks for what is missing, at once and again after a while', async () => {
    await joined();
    device.measure(1, 2, 3);
    await pass(20);
    device.resend();
    await pass(20);
    expect(taken.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const line = device.line;
    device.line = undefined; // two readings are lost on the way
    device.measure(4, 5);
    device.line = line;
    device.measure(6, 7);
    await pass(20);
    expect(device.named('HOST_NAK')).toEqual([expect.objectContaining({ code: 1, detail: 4 })]);
    await pass(200);
    device.sendHeld(6);
    await pass(20);
    expect(device.named('HOST_NAK')).toHaveLength(2);
    device.resend();
    await pass(20);
    expect(taken.map(({ y }) => y)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...hub.devices][0].counts).toMatchObject({ readings: 7, repeated: 6, gaps: 3, dropped: 0 });
  });

  it('counts what a full ring has dropped, and goes on behind it', async () => {
    await joined();
    device.measure(1);
    await pass(20);
    const line = device.line;
    device.line = undefined;
    device.measure(2, 3, 4);
    device.dropOldest(); // 1
    device.dropOldest(); // 2
    device.line = line;
    device.resend();
    await pass(20);
    expect(taken.map(({ y }) => y)).toEqual([1, 3, 4]);
    expect([...hub.devices][0].counts.dropped).toBe(1);
  });

  it('goes on where it was when the line comes back, and says online and offline', async () => {
    await joined();
    device.measure(1, 2);
    await pass(20);
    device.unplug();
    await pass(10);
    expect(events).toEqual(['fake online', 'fake offline']);
    commitAll(); // while nobody is there
    await pass(2_500);
    expect(events.at(-1)).toBe('fake online');
    expect(device.held).toEqual([]);
    device.measure(3);
    await pass(20);
    expect(taken.map(({ y }) => y)).toEqual([1, 2, 3]);
  });

  it('gives a reading the same time again after a restart of the host, from the clock it kept', async () => {
    await joined();
    device.measure(1, 2);
    await pass(20);
    const before = taken.splice(0);
    await hub.stop();
    device.line = undefined;
    vi.setSystemTime(Date.now() + 700); // and its clock was set
    hub = newHub();
    await joined();
    device.resend();
    await pass(20);
    expect(taken).toEqual(before);
  });

  it('takes no reading before its clock is on disk, and tries again when the disk refuses', async () => {
    let isFull = true;
    keep = async () => {
      if (isFull) throw new Error('no space left');
    };
    await joined();
    device.measure(1);
    await pass(50);
    expect({ taken, credit: device.credit }).toEqual({ taken: [], credit: 0 });
    expect(events).toContain('the clock of fake cannot be kept: no space left');
    isFull = false;
    await pass(200);
    expect(device.credit).toBeGreaterThan(0);
    device.resend();
    await pass(20);
    expect(taken.map(({ y }) => y)).toEqual([1]);
  });

  it('begins anew with a device that restarted', async () => {
    await joined();
    device.measure(1, 2, 3);
    await pass(20);
    device.restart(78);
    await pass(300);
    expect(events).toEqual(['fake online', 'fake offline', 'fake online']);
    commitAll(); // of the boot before
    device.measure(4);
    await pass(20);
    expect(taken.map(({ sequence, y }) => [sequence, y])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [1, 4],
    ]);
    expect(lastAck()).toMatchObject({ boot: 78, committed: 1, received: 2 });
  });

  it('keeps what came in one piece with the hello of a restart', async () => {
    await joined();
    const reading = { boot: 77, sequence: 1, held: 0, channel: 0, flags: 0, ms: 6_000, value: 9 };
    const hello = { ...device.hello, boot: 79, nonce: 0 };
    device.bytes(Buffer.concat([writeFrame({ name: 'READING', ...reading }), writeFrame(hello)]));
    await pass(20);
    expect(taken.map(({ y }) => y)).toEqual([9]);
  });

  it('calls again after five seconds of silence', async () => {
    await joined();
    device.answersTime = false;
    await pass(5_200);
    expect(device.named('HOST_HELLO').length).toBeGreaterThan(1);
    expect(events).toEqual(['fake online', 'fake offline', 'fake online']); // it answered
  });

  it('asks for a channel that it does not know, and answers bad frames but not their echo', async () => {
    await joined();
    device.send({ name: 'READING', boot: 77, sequence: 1, held: 0, channel: 9, flags: 0, ms: 1, value: 1 });
    await pass(20);
    expect(device.named('HOST_NAK')).toEqual([expect.objectContaining({ code: 7, detail: 9 })]);
    device.send({ name: 'READING', boot: 77, sequence: 1, held: 5, channel: 0, flags: 0, ms: 1, value: 1 }); // more than ever
    device.send({ name: 'TIME_GET', id: 1 }); // an echo
    await pass(20);
    expect(device.named('HOST_NAK').slice(1)).toEqual([expect.objectContaining({ code: 5, type: 3 })]);
    expect([...hub.devices][0].counts.badFrames).toEqual({ value: 1, type: 1 });
  });

  it('says so when no version of the protocol is common, and keeps calm', async () => {
    device.hello = { ...device.hello, min: 3, max: 4, chosen: 0 };
    hub.start();
    await pass(20_000);
    expect(events).toEqual(['fake speaks versions 3 to 4 of the protocol, this program 1']);
    expect(device.named('HOST_HELLO').length).toBeLessThan(4);
  });

  it('takes nothing more once it drains, and still acknowledges what is committed', async () => {
    await joined();
    device.measure(1);
    await pass(20);
    hub.drain();
    device.measure(2);
    await pass(20);
    commitAll();
    await pass(20);
    expect(taken.map(({ y }) => y)).toEqual([1]);
    expect(lastAck()).toMatchObject({ committed: 2, received: 2, credit: 0 });
  });

  it('sends the forecasts of a channel, in frames that fit, for the reading they follow', async () => {
    device.hello = { ...device.hello, maxPayload: 64 };
    await joined();
    device.measure(1, 2);
    await pass(20);
    const known = [...hub.devices][0];
    const values = Float64Array.from({ length: 9 }, (_, i) => i / 2);
    const forecast = { stepMs: 1_000, horizon: 3, levels: [0.1, 0.5, 0.9], values };
    hub.forecast(known, 0, { ...forecast, tMs: taken[1].tMs });
    hub.forecast(known, 0, { ...forecast, tMs: taken[0].tMs - 1 }); // of a reading nobody knows
    await pass(20);
    const place = { boot: 77, sequence: 2, stepMs: 1_000, channel: 0, horizon: 3, levels: [1000, 5000, 9000] };
    expect(device.named('HOST_FORECAST')).toEqual([
      expect.objectContaining({
        ...place,
        first: 1,
        values: [
          [0, 0.5, 1],
          [1.5, 2, 2.5],
          [3, 3.5, 4],
        ],
      }),
    ]);
    expect(known.counts.forecastsSent).toBe(1);
  });

  it('keeps the newest forecast of a channel while the line is busy, and sends it when something is heard again', async () => {
    await joined();
    device.measure(1, 2);
    await pass(20);
    const known = [...hub.devices][0];
    const forecast = { stepMs: 1_000, horizon: 1, levels: [0.5], tMs: taken[1].tMs };
    Object.defineProperty(device.line!, 'writableLength', { configurable: true, value: 9 });
    hub.forecast(known, 0, { ...forecast, values: Float64Array.of(1) });
    hub.forecast(known, 0, { ...forecast, values: Float64Array.of(2) });
    expect(device.named('HOST_FORECAST')).toEqual([]);
    Object.defineProperty(device.line!, 'writableLength', { value: 0 });
    device.resend();
    await pass(20);
    expect(device.named('HOST_FORECAST')).toEqual([expect.objectContaining({ values: [[2]] })]);
    expect(known.counts).toMatchObject({ forecastsSent: 1, forecastsSuperseded: 1 });
    device.unplug();
    await pass(10);
    hub.forecast(known, 0, { ...forecast, values: Float64Array.of(3) });
    await pass(2_500);
    expect(hub.isOnline(known)).toBe(true);
    expect(device.named('HOST_FORECAST')).toHaveLength(1);
  });

  it('follows a device to another line', async () => {
    ports = ['/dev/fake', '/dev/fake2'];
    hub = newHub();
    await joined();
    const before = device.line;
    await pass(1_400);
    device.line = undefined; // plugged in there, and the first line says nothing of it
    await pass(1_600); // the second one is tried again and again
    expect(device.line).not.toBe(before);
    expect(events.filter((event) => event !== 'LINE_UNAVAILABLE')).toEqual([
      'fake online',
      'fake offline',
      'fake online',
    ]);
    device.measure(1);
    await pass(20);
    expect(taken.map(({ y }) => y)).toEqual([1]);
  });

  it('calls every second until somebody answers, and at once when one speaks to another host', async () => {
    const plugIn = device.plugIn.bind(device);
    let line: typeof device.line;
    device.plugIn = () => {
      line = plugIn();
      device.line = undefined; // it does not hear yet
      return line;
    };
    hub.start();
    await pass(1_200);
    expect(device.heard).toEqual([]);
    device.line = line;
    device.send({ ...device.hello, nonce: 5 });
    await pass(20);
    expect(device.named('HOST_HELLO')).toHaveLength(1);
    expect(events).toEqual(['fake online']);
  });

  it('calls again when a reading is of a boot that it was not told of', async () => {
    await joined();
    const calls = device.named('HOST_HELLO').length;
    device.send({ name: 'READING', boot: 99, sequence: 1, held: 0, channel: 0, flags: 0, ms: 1, value: 1 });
    await pass(20);
    expect(device.named('HOST_NAK')).toEqual([expect.objectContaining({ code: 6, detail: 77 })]);
    expect({ taken, calls: device.named('HOST_HELLO').length }).toEqual({ taken: [], calls: calls + 1 });
  });

  it('knows what a device last said of itself, and how often it was not understood', async () => {
    await joined();
    const counts = { frames: 4, crcErrors: 1, malformed: 0, overruns: 0, ringUsed: 0, ringPeak: 2, forecasts: 0 };
    const stats = { boot: 77, uptimeMs: 9_000, readings: 3, dropped: 0, resent: 0, ...counts };
    device.send({ name: 'STATS', ...stats });
    device.send({ name: 'NAK', code: 2, type: 0x83, detail: 0 });
    device.send({ ...device.hello, ringUsed: 5 }); // the hello of this session once more
    await pass(20);
    const [known] = hub.devices;
    expect(known).toMatchObject({ stats, counts: { naks: 1, sessions: 1 }, hello: { ringUsed: 5 } });
  });
});
