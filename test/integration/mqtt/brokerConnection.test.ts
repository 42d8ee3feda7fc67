import { firstValueFrom } from 'rxjs';
import { filter, take, toArray } from 'rxjs/operators';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type BrokerConnection,
  type BrokerStatus,
  createBrokerConnection,
} from '../../../src/mqtt/brokerConnection.js';
import type { BrokerMessage } from '../../../src/mqtt/brokerMessage.js';
import type { BrokerSettings } from '../../../src/mqtt/brokerSettings.js';
import { type FakeBroker, type FakeBrokerOptions, startFakeBroker } from '../../support/fakeBroker.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const fake = async (options?: FakeBrokerOptions): Promise<FakeBroker> => {
  const broker = await startFakeBroker(options);
  closers.push(broker.close);
  return broker;
};

const connect = (url: string, more: Partial<BrokerSettings> = {}, maxBufferedBytes?: number): BrokerConnection => {
  const settings = { url, clientId: 'stepcast-pi', node: 'pi', prefix: 'stepcast', ...more };
  const connection = createBrokerConnection({ settings, random: () => 0.01, maxBufferedBytes });
  closers.push(connection.close);
  return connection;
};

const state = <S extends BrokerStatus['state']>(connection: BrokerConnection, wanted: S) =>
  firstValueFrom(
    connection.status$.pipe(filter((status): status is Extract<BrokerStatus, { state: S }> => status.state === wanted)),
  );

const ids = (packets: readonly { cmd: string; messageId?: number }[]) =>
  packets.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId);

describe('brokerConnection', () => {
  it('asks for a session that lasts, bounds what is in flight, and leaves a last will', async () => {
    const broker = await fake();
    connect(broker.url, { receiveMaximum: 500, sessionExpirySeconds: 60, username: 'u', password: 'p' }).start();
    const { connect: packet } = await broker.connection(0);
    expect(packet).toMatchObject({
      protocolVersion: 5,
      clean: false,
      clientId: 'stepcast-pi',
      username: 'u',
      keepalive: 30,
    });
    expect(packet.properties).toMatchObject({ sessionExpiryInterval: 60, receiveMaximum: 500 });
    expect(packet.properties?.maximumPacketSize).toBeGreaterThan(1_048_576);
    expect(packet.will).toMatchObject({ topic: 'stepcast/pi/status', qos: 1, retain: true });
    expect(String(packet.will?.payload)).toBe('offline');
  });

  it('takes user name and password from the URL too', async () => {
    const broker = await fake();
    connect(broker.url.replace('//', '//me:p%40ss@')).start();
    const { connect: packet } = await broker.connection(0);
    expect(packet.username).toBe('me');
    expect(String(packet.password)).toBe('p@ss');
  });

  it('subscribes at QoS 1 and says online, retained, at every connect', async () => {
    const broker = await fake();
    const connection = connect(broker.url);
    connection.subscribe(['a/#', 'b/+'], () => false);
    connection.start();
    const line = await broker.connection(0);
    const [subscribe] = await line.wait('subscribe');
    expect(subscribe.subscriptions).toMatchObject([
      { topic: 'a/#', qos: 1, rap: false, rh: 1 },
      { topic: 'b/+', qos: 1, rap: false, rh: 1 },
    ]);
    const [online] = await line.wait('publish');
    expect(online).toMatchObject({ topic: 'stepcast/pi/status', qos: 1, retain: true, payload: Buffer.from('online') });
    connection.setStatus('degraded');
    line.drop();
    const [again] = await (await broker.connection(1)).wait('publish');
    expect(String(again.payload)).toBe('degraded');
  });

  it('with MQTT 3.1.1 does not subscribe again where the session goes on, and does where it does not', async () => {
    const broker = await fake({
      connack: ({ protocolVersion }, index) => (protocolVersion === 5 ? 'close' : { sessionPresent: index === 2 }),
    });
    const connection = connect(broker.url);
    connection.subscribe(['a/#'], () => false);
    connection.start();
    const first = await broker.connection(0);
    await first.wait('subscribe');
    await state(connection, 'subscribed');
    expect(connection.session).toBe(1);
    first.drop();
    const second = await broker.connection(1);
    await second.wait('publish');
    expect((await second.settled()).some(({ cmd }) => cmd === 'subscribe')).toBe(false);
    expect(connection.session).toBe(1);
    second.drop();
    await (await broker.connection(2)).wait('subscribe');
    expect(connection.session).toBe(2);
  });

  it('with MQTT 5 asks at every connect whether its rights are still the same', async () => {
    const broker = await fake({ suback: () => [broker.connects.length === 2 ? 135 : 1] });
    const connection = connect(broker.url);
    const told: unknown[] = [];
    connection.status$.subscribe((status) => {
      if (status.state === 'subscribed') told.push([status.granted, status.refused?.subject]);
    });
    connection.subscribe(['a/#'], () => false);
    connection.start();
    for (let index = 0; index < 3; index++) {
      const line = await broker.connection(index);
      await line.wait('subscribe');
      await line.wait('publish');
      await line.settled();
      line.drop();
    }
    expect(connection.session).toBe(1);
    expect(told).toEqual([
      [1, undefined],
      [0, 'a/#'],
      [1, undefined],
    ]);
  });

  it('subscribes once more when the session outlived the last run, without calling up old values', async () => {
    const broker = await fake({ connack: () => ({ sessionPresent: true }) });
    const connection = connect(broker.url);
    connection.subscribe(['a/#'], () => false);
    connection.start();
    const [subscribe] = await (await broker.connection(0)).wait('subscribe');
    expect(subscribe.subscriptions[0]).toMatchObject({ rh: 1 });
    expect(connection.session).toBe(0);
  });

  it('counts a message right behind CONNACK into the new session', async () => {
    const broker = await fake({
      connack: () => ({ sessionPresent: false }),
    });
    const connection = connect(broker.url);
    const seen: number[] = [];
    const two = new Promise<void>((resolve) =>
      connection.subscribe(['a'], ({ session }) => {
        if (seen.push(session) === 2) resolve();
        return true;
      }),
    );
    connection.start();
    const first = await broker.connection(0);
    first.deliver(1, 'a', '');
    await first.wait('subscribe');
    first.drop();
    (await broker.connection(1)).deliver(1, 'a', '');
    await two;
    expect(seen).toEqual([1, 2]);
  });

  it('sends no stray PUBACK to a broker that reuses packet ids after a reconnect', async () => {
    const broker = await fake();
    const connection = connect(broker.url);
    const messages: BrokerMessage[] = [];
    let wake = () => {};
    connection.subscribe(['a'], (message) => {
      messages.push(message);
      wake();
      return true;
    });
    const received = async (count: number) => {
      while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    connection.start();
    for (let round = 0; round < 5; round++) {
      const line = await broker.connection(round);
      for (let id = 1; id <= 20; id++) line.deliver(id, 'a', `${round}`);
      await received((round + 1) * 20);
      for (const message of messages.slice(0, round * 20)) message.acknowledge(); // those of connections that are gone
      for (const message of messages.slice(round * 20, round * 20 + 10)) message.acknowledge();
      await line.wait('puback', 10);
      expect(ids(await line.settled())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      line.drop();
    }
  });

  it('acknowledges what nobody wants, and asks listeners in the order they came', async () => {
    const broker = await fake();
    const connection = connect(broker.url);
    const heard: string[] = [];
    connection.subscribe(['a'], ({ topic }) => heard.push(`1 ${topic}`) > 0 && topic === 'a');
    connection.subscribe(['b'], (message) => {
      heard.push(`2 ${message.topic}`);
      return false;
    });
    connection.start();
    const line = await broker.connection(0);
    line.deliver(1, 'b', '');
    line.deliver(2, 'a', '');
    await line.wait('puback', 1);
    expect(ids(await line.settled())).toEqual([1]);
    expect(heard).toEqual(['1 b', '2 b', '1 a']);
  });

  it.each([
    ['reason 132', { reasonCode: 132 } as const],
    ['return code 1', { reasonCode: 1 } as const],
    ['hanging up', 'close' as const],
  ])('falls back to MQTT 3.1.1 when the broker answers MQTT 5 by %s', async (_, answer) => {
    const broker = await fake({ connack: ({ protocolVersion }) => (protocolVersion === 5 ? answer : {}) });
    const connection = connect(broker.url);
    connection.start();
    expect(await state(connection, 'connected')).toMatchObject({ protocolVersion: 4 });
    expect(broker.connects.map(({ protocolVersion }) => protocolVersion)).toEqual([5, 4]);
    (await broker.connection(0)).drop();
    await broker.connection(1);
    expect(broker.connects.map(({ protocolVersion }) => protocolVersion)).toEqual([5, 4, 4]);
  });

  it('keeps coming back after refusals, and names what is wrong', async () => {
    const broker = await fake({ connack: (_, index) => (index < 2 ? { reasonCode: 135 } : {}) });
    const connection = connect(broker.url);
    const states = firstValueFrom(connection.status$.pipe(take(6), toArray()));
    connection.start();
    expect((await states).map((status) => status.state)).toEqual([
      'connecting',
      'away',
      'connecting',
      'away',
      'connecting',
      'connected',
    ]);
    const away = (await states)[1];
    expect(away).toMatchObject({ misconfigured: true, error: { code: 'BROKER_REFUSED' } });
  });

  it('waits longer after each failure, and says how long', async () => {
    const broker = await fake();
    await broker.close();
    const connection = connect(broker.url);
    const waits = firstValueFrom(
      connection.status$.pipe(
        filter((status) => status.state === 'away'),
        take(4),
        toArray(),
      ),
    );
    connection.start();
    expect(await waits).toMatchObject([10, 20, 40, 80].map((retryMs) => ({ retryMs, misconfigured: false })));
    expect((await waits)[0]).toMatchObject({ error: { code: 'BROKER_UNREACHABLE' } });
    closers.splice(0, 1); // the broker is closed already
  });

  it('names the filters that the broker does not grant', async () => {
    const broker = await fake({ suback: () => [1, 135, 1] });
    const connection = connect(broker.url);
    connection.subscribe(['a', 'secret/#', 'c'], () => false);
    connection.start();
    const { granted, refused } = await state(connection, 'subscribed');
    expect([granted, refused?.code, refused?.subject]).toEqual([2, 'TOPIC_REFUSED', 'secret/#']);
  });

  it('asks again for a filter that was refused, for that one only, and tells when it is granted', async () => {
    let asked = 0;
    const broker = await fake({
      suback: ({ subscriptions }) => (++asked < 4 ? [135, 1] : [1]).slice(0, subscriptions.length),
    });
    const settings = { url: broker.url, clientId: 'stepcast-pi', node: 'pi', prefix: 'stepcast' };
    const connection = createBrokerConnection({ settings, random: () => 0.01, askAgainMs: 5 });
    closers.push(connection.close);
    const told: unknown[] = [];
    connection.status$.subscribe((status) => {
      if (status.state === 'subscribed') told.push([status.granted, status.refused?.subject]);
    });
    connection.subscribe(['late', 'c'], () => false);
    connection.start();
    const line = await broker.connection(0);
    const packets = await line.wait('subscribe', 4);
    const filters = packets.map(({ subscriptions }) => subscriptions.map(({ topic }) => topic));
    expect(filters).toEqual([['late', 'c'], ['late'], ['late'], ['late']]);
    await line.settled();
    expect(asked).toBe(4);
    expect(told).toEqual([
      [1, 'late'],
      [2, undefined],
    ]);
  });

  it('says offline, disconnects and keeps its session when it is closed', async () => {
    const broker = await fake();
    const connection = connect(broker.url);
    let last: BrokerMessage | undefined;
    const delivered = new Promise<void>((resolve) =>
      connection.subscribe(['a'], (message) => {
        last = message;
        resolve();
        return true;
      }),
    );
    connection.start();
    const line = await broker.connection(0);
    line.deliver(9, 'a', '');
    await delivered;
    await state(connection, 'subscribed');
    last?.acknowledge();
    await connection.close();
    await line.closed;
    expect(line.received.slice(-3)).toMatchObject([
      { cmd: 'publish', topic: 'stepcast/pi/status', retain: true, payload: Buffer.from('offline') },
      { cmd: 'puback', messageId: 9 },
      { cmd: 'disconnect' },
    ]);
    const { properties } = line.received.at(-1) as { properties?: { sessionExpiryInterval?: number } };
    expect(properties?.sessionExpiryInterval).toBe(undefined);
    expect(await state(connection, 'closed')).toEqual({ state: 'closed' });
  });

  const forecasts = (connection: BrokerConnection, count: number) => {
    const send = connection.route({ topic: 'f', qos: 0, retain: true });
    for (let i = 0; i < count; i++) expect(send(Buffer.alloc(1_000, 'x'))).toBe(true);
  };

  it('waits with its end for a broker that is slow to read, until all has arrived', async () => {
    const broker = await fake();
    const connection = connect(broker.url);
    connection.start();
    const line = await broker.connection(0);
    await line.wait('publish');
    line.stall();
    forecasts(connection, 12_000); // more than the buffers of the sockets hold
    setTimeout(line.read, 2_500);
    expect(await connection.close()).toBe(0);
    await line.closed;
    expect(line.received.filter(({ cmd }) => cmd === 'publish')).toHaveLength(12_002); // online and offline
    expect(line.received.at(-1)?.cmd).toBe('disconnect');
  });

  it('gives up a broker that does not read at all, in time, and says how much it has not taken', async () => {
    const broker = await fake();
    const settings = { url: broker.url, clientId: 'stepcast-pi', node: 'pi', prefix: 'stepcast' };
    const connection = createBrokerConnection({ settings, random: () => 0.01, closeMs: 200 });
    connection.start();
    const line = await broker.connection(0);
    await line.wait('publish');
    line.stall();
    forecasts(connection, 12_000);
    const unsentBytes = await connection.close();
    expect(unsentBytes).toBeGreaterThan(1_000_000);
    line.read();
    await line.closed;
    const arrived = line.received.filter(({ cmd }) => cmd === 'publish').length;
    expect(arrived * 1_000 + unsentBytes).toBeGreaterThan(11_900_000);
  });

  it('reads on while it ends, and acknowledges and delivers nothing of that', async () => {
    const broker = await fake();
    const connection = connect(broker.url, { receiveMaximum: 5 });
    let heard = 0;
    connection.subscribe(['a'], () => ++heard > 0);
    connection.start();
    const line = await broker.connection(0);
    await line.wait('subscribe');
    for (let id = 1; id <= 2_000; id++) line.deliver(id, 'a', 'x'.repeat(1_000)); // the limit is reached: it reads no further
    await line.settled();
    expect(heard).toBe(5);
    expect(await connection.close()).toBe(0);
    await line.closed;
    expect(heard).toBe(5);
    expect(ids(line.received)).toEqual([]);
    expect(line.received.at(-1)?.cmd).toBe('disconnect');
  });

  it('can be closed while it waits for a broker, and comes back no more', async () => {
    const broker = await fake({ connack: () => ({ reasonCode: 136 }) });
    const connection = connect(broker.url);
    connection.start();
    await state(connection, 'away');
    await connection.close();
    const tries = broker.connects.length;
    await new Promise((resolve) => setTimeout(resolve, 100)); // several backoffs of this test's jitter
    expect(broker.connects.length).toBe(tries);
  });

  it('publishes many forecasts at QoS 0 with their properties, and keeps nothing while away', async () => {
    const broker = await fake();
    const connection = connect(broker.url);
    const send = connection.route({
      topic: 'f/é',
      qos: 0,
      retain: true,
      contentType: 'application/json',
      expirySeconds: 60,
    });
    expect(send(Buffer.from('lost'))).toBe(false);
    connection.start();
    const line = await broker.connection(0);
    await firstValueFrom(connection.ready$);
    for (let i = 0; i < 500; i++) expect(send(Buffer.from(`{"n":${i}}`))).toBe(true);
    const packets = (await line.wait('publish', 501)).filter(({ topic }) => topic === 'f/é');
    expect(packets.map(({ payload }) => String(payload))).toEqual(Array.from({ length: 500 }, (_, i) => `{"n":${i}}`));
    expect(packets[0]).toMatchObject({
      qos: 0,
      retain: true,
      properties: { contentType: 'application/json', messageExpiryInterval: 60 },
    });
  });

  it('holds QoS 1 within what the broker takes at a time, and says when there is room again', async () => {
    const broker = await fake({ connack: () => ({ properties: { receiveMaximum: 3 } }) });
    const connection = connect(broker.url);
    const send = connection.route({ topic: 'f', qos: 1, retain: false });
    connection.start();
    await firstValueFrom(connection.ready$);
    const accepted = Array.from({ length: 5 }, () => send(Buffer.from('x')));
    expect(accepted).toEqual([true, true, false, false, false]); // `online` is under way too
    await firstValueFrom(connection.ready$);
    expect(send(Buffer.from('y'))).toBe(true);
  });

  it('refuses to buffer more than its limit for a broker that does not read, and says when it reads again', async () => {
    const broker = await fake();
    const connection = connect(broker.url, {}, 100_000);
    connection.start();
    const line = await broker.connection(0);
    await firstValueFrom(connection.ready$);
    await line.settled(); // `online` is acknowledged: only emptying the buffer makes room
    const send = connection.route({ topic: 'f', qos: 0, retain: false });
    const payload = Buffer.alloc(10_000);
    let sent = 0;
    while (send(payload)) sent++;
    expect(sent * payload.length).toBeLessThan(120_000);
    await firstValueFrom(connection.ready$);
    expect(send(payload)).toBe(true);
    await line.wait('publish', sent + 2);
  });

  it('keeps its connection while nothing is taken for longer than the keepalive', async () => {
    const broker = await fake();
    const connection = connect(broker.url, { keepaliveSeconds: 1, receiveMaximum: 10 });
    const messages: BrokerMessage[] = [];
    connection.subscribe(['a'], (message) => messages.push(message) > 0);
    connection.start();
    const line = await broker.connection(0);
    for (let id = 1; id <= 30; id++) line.deliver(id, 'a', '');
    await line.wait('pingreq', 5); // 2.5 s: PINGRESPs wait behind what is not taken
    expect(messages.length).toBe(10);
    for (let next = 0; next < 30; next++) {
      messages[next].acknowledge();
      if (messages.length === next + 1) await line.wait('puback', next + 1);
    }
    await line.wait('puback', 30);
    const pings = line.received.filter(({ cmd }) => cmd === 'pingreq').length;
    await line.wait('pingreq', pings + 2); // and the ordinary keepalive goes on
    expect(broker.connects.length).toBe(1);
  });

  it('gives up a connection whose broker has fallen silent', async () => {
    const broker = await fake();
    const connection = connect(broker.url, { keepaliveSeconds: 1 });
    connection.start();
    const line = await broker.connection(0);
    line.mute();
    const { error } = await state(connection, 'away');
    expect(error.message).toContain('Keepalive timeout');
  });

  it('tells at once about files and URLs that cannot be used', () => {
    const start = (settings: Partial<BrokerSettings>) => () => connect('mqtts://127.0.0.1:1', settings).start();
    expect(start({ ca: '/nowhere/ca.pem' })).toThrow(/ca\.pem/);
    expect(start({ cert: '/nowhere/c.pem' })).toThrow(/both/);
    expect(start({ url: 'mqtt://127.0.0.1:1', ca: '/nowhere/ca.pem' })).toThrow(/no meaning/);
    expect(start({ url: 'http://127.0.0.1:1' })).toThrow(/not a way/);
    expect(start({ url: 'localhost' })).toThrow(/not a URL/);
  });
});
