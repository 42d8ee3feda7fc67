import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AckTicket, type DeferredAcks, deferAcks, type ReceivedPublish } from '../../../src/mqtt/deferredAck.js';
import { type FakeBroker, type FakeConnection, startFakeBroker } from '../../support/fakeBroker.js';

const ids = (packets: readonly { cmd: string; messageId?: number }[]) =>
  packets.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId);

/** The seam into mqtt.js. When an upgrade of mqtt.js breaks one of these, acknowledgements come before the commit or not at all. */
describe.each([
  [5, 'read by us', {}],
  [4, 'read by us', {}],
  [5, 'read by mqtt.js', { properties: { contentType: 'text/plain' } }], // PlainPublishes leaves those to it
] as const)('deferAcks, MQTT protocol version %i, packets %s', (protocolVersion, _reader, more) => {
  let broker: FakeBroker;
  let client: MqttClient;
  let acks: DeferredAcks;
  let line: FakeConnection;
  let taken: { packet: ReceivedPublish; ticket: AckTicket }[];
  let wake: () => void;

  const received = async (count: number) => {
    while (taken.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return taken;
  };

  beforeEach(async () => {
    broker = await startFakeBroker();
    taken = [];
    wake = () => {};
    client = mqtt.connect(broker.url, {
      protocolVersion,
      clientId: 'seam',
      clean: false,
      reconnectPeriod: 0,
      manualConnect: true,
    });
    const deliver = (packet: ReceivedPublish, ticket: AckTicket) => {
      taken.push({ packet, ticket });
      wake();
    };
    acks = deferAcks(client, { limit: 1_000, deliver });
    client.connect();
    line = await broker.connection(0);
  });

  afterEach(async () => {
    client.end(true);
    await broker.close();
  });

  it('goes on to the next message without acknowledging the one before', async () => {
    for (let id = 1; id <= 200; id++) line.deliver(id, 'a', `${id}`, more);
    await received(200);
    expect(acks.unacknowledged).toBe(200);
    expect(ids(await line.settled())).toEqual([]);
  });

  it('acknowledges in the order of receipt, whatever the order of the calls', async () => {
    for (let id = 1; id <= 5; id++) line.deliver(10 * id, 'a', '', more);
    await received(5);
    for (const index of [2, 1, 4]) taken[index].ticket.acknowledge();
    expect(ids(await line.settled())).toEqual([]);
    taken[0].ticket.acknowledge();
    await line.wait('puback', 3);
    taken[3].ticket.acknowledge();
    expect(ids(await line.wait('puback', 5))).toEqual([10, 20, 30, 40, 50]);
    expect(acks.unacknowledged).toBe(0);
  });

  it('acknowledges nothing twice', async () => {
    line.deliver(7, 'a', '', more);
    line.deliver(8, 'a', '', more);
    await received(2);
    taken[0].ticket.acknowledge();
    await line.wait('puback');
    taken[0].ticket.acknowledge();
    taken[1].ticket.acknowledge();
    taken[1].ticket.acknowledge();
    expect(ids(await line.settled())).toEqual([7, 8]);
  });

  it('sends the PUBACKs of one turn in one write, each four well-formed bytes', async () => {
    for (let id = 1; id <= 1_000; id++) line.deliver(id === 1_000 ? 65_535 : id, 'a', '', more);
    await received(1_000);
    const writes: Buffer[] = [];
    const { stream } = acks.link();
    const write = stream.write.bind(stream) as (chunk: Buffer) => boolean;
    stream.write = ((chunk: Buffer) => writes.push(chunk) > 0 && write(chunk)) as typeof stream.write;
    for (const { ticket } of taken) ticket.acknowledge();
    const packets = await line.wait('puback', 1_000);
    expect(writes.map(({ length }) => length)).toEqual([4_000]);
    expect(packets.at(-1)?.messageId).toBe(65_535);
  });

  it('sends no acknowledgement on another connection, where the packet id belongs to another message', async () => {
    for (const id of [1, 2, 3]) line.deliver(id, 'a', `first ${id}`, more);
    await received(3);
    taken[0].ticket.acknowledge();
    await line.wait('puback', 1);
    line.drop();
    await line.closed;
    taken[1].ticket.acknowledge(); // while away
    client.reconnect();
    const next = await broker.connection(1);
    for (const id of [3, 2, 1]) next.deliver(id, 'a', `second ${id}`, more);
    await received(6);
    taken[2].ticket.acknowledge(); // too late: 3 is another message now
    expect(ids(await next.settled())).toEqual([]);
    for (const { ticket } of taken.slice(3)) ticket.acknowledge();
    await next.wait('puback', 3);
    expect(ids(await next.settled())).toEqual([3, 2, 1]);
    expect(ids(line.received)).toEqual([1]);
  });

  const sendQos0 = () => line.send({ cmd: 'publish', topic: 'a', payload: 'x', qos: 0, dup: false, retain: false });

  it('sends nothing for a message at QoS 0', async () => {
    sendQos0();
    line.deliver(1, 'a', 'y', more);
    sendQos0();
    await received(3);
    for (const { ticket } of taken) ticket.acknowledge();
    await line.wait('puback', 1);
    expect(ids(await line.settled())).toEqual([1]);
    expect(acks.unacknowledged).toBe(0);
  });

  it('takes no more than its limit at QoS 0 either: the rest waits in the socket until something was acknowledged', async () => {
    for (let i = 0; i < 2_500; i++) sendQos0();
    await received(1_000);
    await line.settled();
    expect([taken.length, acks.holding]).toEqual([1_000, true]);
    for (let next = 0; next < 2_500; next++) {
      await received(next + 1);
      taken[next].ticket.acknowledge();
      expect(acks.unacknowledged).toBeLessThanOrEqual(1_000);
    }
    await line.settled();
    expect([taken.length, acks.holding, acks.unacknowledged]).toEqual([2_500, false, 0]);
    expect(ids(line.received)).toEqual([]);
  });

  it('takes no more than its limit, from a broker that sends more, and goes on in order when there is room', async () => {
    for (let id = 1; id <= 2_500; id++) line.deliver(id, 'a', '', more);
    await received(1_000);
    await line.settled();
    expect(acks.holding).toBe(true);
    let most = 0;
    for (let next = 0; next < 2_500; next++) {
      await received(next + 1);
      most = Math.max(most, acks.unacknowledged);
      taken[next].ticket.acknowledge();
    }
    await line.wait('puback', 2_500);
    expect(most).toBe(1_000);
    expect(acks.holding).toBe(false);
    expect(taken.map(({ packet }) => packet.messageId)).toEqual(Array.from({ length: 2_500 }, (_, i) => i + 1));
    expect(ids(line.received)).toEqual(Array.from({ length: 2_500 }, (_, i) => i + 1));
  });

  it('forgets what it holds with the connection', async () => {
    for (let id = 1; id <= 1_010; id++) line.deliver(id, 'a', 'first', more);
    await received(1_000);
    await line.settled();
    line.drop();
    client.stream.destroy(); // nobody reads it, so nobody hears that it is gone
    client.reconnect();
    const next = await broker.connection(1);
    next.deliver(5, 'a', 'second', more);
    await received(1_001);
    expect(acks.unacknowledged).toBe(1);
    expect(taken.at(-1)?.packet.payload.toString()).toBe('second');
  });

  it('sends what is due when it is shut, and nothing after', async () => {
    for (const id of [1, 2]) line.deliver(id, 'a', '', more);
    await received(2);
    taken[0].ticket.acknowledge();
    acks.shut();
    taken[1].ticket.acknowledge();
    await line.wait('puback', 1);
    expect(ids(await line.settled())).toEqual([1]);
  });
});
