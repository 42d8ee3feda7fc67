import type { IPublishPacket } from 'mqtt';
import { NEVER } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BrokerConnection } from '../../../src/mqtt/brokerConnection.js';
import type { MessageListener } from '../../../src/mqtt/brokerMessage.js';
import { BrokerMessage } from '../../../src/mqtt/brokerMessage.js';
import { createMqttSource } from '../../../src/mqtt/mqttSource.js';
import type { ReadStream, StreamSource } from '../../../src/payloads/streamReader.js';
import type { Delivery, Reject } from '../../../src/pipeline/ports.js';
import type { SeriesSettings } from '../../../src/series/types.js';

const series: SeriesSettings = {
  cadenceMs: 0,
  aggregate: 'mean',
  lateMs: 0,
  maxGapSteps: 10,
  counter: false,
  season: 0,
  horizon: 24,
  levels: [0.1, 0.5, 0.9],
  model: 'auto',
};

const stream = (filter: string, more: Partial<ReadStream> = {}): ReadStream => ({
  filter,
  decode: { payload: 'auto', value: [] },
  seriesTemplate: undefined,
  settings: series,
  ...more,
});

describe('mqttSource', () => {
  let listener: MessageListener;
  let filters: readonly string[];
  let published: { topic: string }[];
  let acknowledged: string[];
  let deliveries: Delivery[];
  let completed: boolean;
  let source: StreamSource;
  let told: string[];

  const start = (streams: readonly ReadStream[], maxPayloadBytes = 1_000) => {
    const connection: BrokerConnection = {
      settings: { url: 'mqtt://localhost', clientId: 'c', node: 'pi', prefix: 'stepcast' },
      maxPayloadBytes,
      status$: NEVER,
      ready$: NEVER,
      connected: true,
      maxPacketBytes: 1_000_000,
      session: 1,
      unacknowledged: 0,
      start: () => {},
      watch: () => () => {},
      subscribe: (wanted, listen) => {
        filters = wanted;
        listener = listen;
      },
      route: () => () => true,
      publish: (message) => published.push(message) > 0,
      deliver: () => true,
      setStatus: () => {},
      close: async () => 0,
    };
    const onReject = ({ reason }: Reject) => void told.push(reason);
    source = createMqttSource({ connection, streams, nowMs: () => 1_700_000_000_000, onReject });
    source.deliveries$.subscribe({ next: (delivery) => deliveries.push(delivery), complete: () => (completed = true) });
  };

  const receive = (topic: string, payload: string | Buffer, more: Partial<IPublishPacket> = {}): boolean => {
    const packet = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos: 1,
      dup: false,
      retain: false,
      messageId: 7,
    };
    const ticket = { acknowledge: () => void acknowledged.push(topic) };
    return listener(new BrokerMessage({ ...packet, ...more } as IPublishPacket, ticket, 3));
  };

  const observed = () => deliveries.flatMap(({ observations }) => observations.map(({ seriesId, y }) => [seriesId, y]));

  beforeEach(() => {
    published = [];
    acknowledged = [];
    deliveries = [];
    told = [];
    completed = false;
  });

  it('subscribes to the filter of every stream', () => {
    start([stream('a/#'), stream('b/+')]);
    expect(filters).toEqual(['a/#', 'b/+']);
  });

  it('delivers a message with all it needs to be committed and acknowledged', () => {
    start([stream('sensors/#')]);
    expect(receive('sensors/a', '21.5', { dup: true })).toBe(true);
    const [delivery] = deliveries;
    expect(delivery).toMatchObject({
      topic: 'sensors/a',
      arrivedMs: 1_700_000_000_000,
      packetId: 7,
      redelivered: true,
      session: 3,
      rejects: [],
      observations: [{ seriesId: 'sensors/a', y: 21.5, tMs: undefined, settings: series }],
    });
    expect(acknowledged).toEqual([]);
    delivery.acknowledge();
    expect(acknowledged).toEqual(['sensors/a']);
  });

  it('names series by topic and field, or by the template of the first stream that matches', () => {
    const short = stream('zigbee2mqtt/+', { seriesTemplate: '{topic.1}:{field}' });
    start([short, stream('#')]);
    receive('zigbee2mqtt/kitchen', '{"temperature":21,"humidity":40}');
    receive('other/kitchen', '{"temperature":22}');
    receive('other/bare', '5');
    expect(observed()).toEqual([
      ['kitchen:temperature', 21],
      ['kitchen:humidity', 40],
      ['other/kitchen.temperature', 22],
      ['other/bare', 5],
    ]);
  });

  it('leaves our own topics, and topics no stream wants, to others', () => {
    start([stream('#')]);
    expect(receive('stepcast/pi/forecast/a', '1')).toBe(false);
    expect(receive('$SYS/uptime', '1')).toBe(false);
    expect(receive('stepcast-like/a', '1')).toBe(true);
    expect(observed()).toEqual([['stepcast-like/a', 1]]);
  });

  it('refuses a payload over the limit unread, and keeps only its beginning', () => {
    start([stream('#')]);
    receive('a', Buffer.alloc(1_001, '1'));
    receive('a', Buffer.from(`${'0'.repeat(999)}1`));
    expect(deliveries[0].observations).toEqual([]);
    expect(deliveries[0].rejects).toMatchObject([{ topic: 'a', reason: 'too_large' }]);
    expect(deliveries[0].rejects[0].payload.length).toBe(256);
    expect(deliveries[1].rejects.map(({ reason }) => reason)).not.toContain('too_large');
  });

  it('keeps no view of the network buffer in what it refuses', () => {
    start([stream('#')]);
    const bytes = Buffer.from('not a number');
    receive('a', bytes, { payload: bytes });
    bytes.fill(0);
    expect(Buffer.from(deliveries[0].rejects[0].payload).toString()).toBe('not a number');
  });

  it('drops a retained value without a time of its own, counted, and keeps one that has it', () => {
    const timed = stream('timed', { decode: { payload: 'json', value: ['v'], time: 't' } });
    start([timed, stream('#')]);
    receive('a', '{"x":1,"y":2}', { retain: true });
    receive('timed', '{"v":5,"t":1699999999000}', { retain: true });
    expect(deliveries[0].observations).toEqual([]);
    expect(deliveries[0].rejects.map(({ reason }) => reason)).toEqual(['retained']);
    expect(told).toEqual([]);
    expect(deliveries[1].observations).toMatchObject([{ seriesId: 'timed.v', y: 5, tMs: 1_699_999_999_000 }]);
    expect(deliveries[1].rejects).toEqual([]);
  });

  it('delivers what could not be decoded as a reject, to be counted and acknowledged', () => {
    start([stream('#', { decode: { payload: 'number', value: [] } })]);
    receive('a', 'hello');
    expect(deliveries[0]).toMatchObject({ observations: [], rejects: [{ topic: 'a', reason: 'not_a_number' }] });
    expect(told).toEqual(['not_a_number']);
  });

  it('takes nothing more once it is drained, and acknowledges nothing of it', () => {
    start([stream('#')]);
    receive('a', '1');
    source.drain();
    expect(completed).toBe(true);
    expect(receive('b', '2')).toBe(true);
    expect(observed()).toEqual([['a', 1]]);
    expect(acknowledged).toEqual([]);
    deliveries[0].acknowledge();
    expect(acknowledged).toEqual(['a']);
  });

  it('asks a Sparkplug node for a rebirth when it knows no aliases', () => {
    start([stream('spBv1.0/#', { decode: { payload: 'sparkplug-b', value: [] } })]);
    // seq 0, one metric of alias 1: a float 21.5
    receive('spBv1.0/plant/NDATA/edge', Buffer.from([0x12, 0x07, 0x10, 1, 0x65, 0, 0, 0xac, 0x41, 0x18, 0]));
    expect(published).toMatchObject([{ topic: 'spBv1.0/plant/NCMD/edge', qos: 0, retain: false }]);
  });
});
