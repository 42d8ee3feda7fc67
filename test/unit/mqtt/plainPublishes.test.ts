import { Writable } from 'node:stream';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PlainPublishes } from '../../../src/mqtt/plainPublishes.js';
import { Random } from '../../../src/series/random.js';

const connack: Packet = { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: true };

interface Heard {
  readonly by: 'mqtt.js' | 'us';
  readonly what: object;
}

const essence = ({ topic, payload, qos, messageId, dup, retain, properties }: IPublishPacket): object => ({
  ...{ topic, payload: payload.toString('latin1'), qos, messageId: qos > 0 ? messageId : undefined, dup, retain },
  contentType: properties?.contentType,
});

/** What comes out of the filter, in order; `patience` decides which messages are taken late. */
function listen(protocolVersion: 4 | 5, isLate: () => boolean = () => false) {
  const heard: Heard[] = [];
  const parser = mqttPacket.parser({ protocolVersion });
  parser.on('packet', (packet: Packet) => {
    heard.push({ by: 'mqtt.js', what: packet.cmd === 'publish' ? essence(packet) : { cmd: packet.cmd } });
  });
  const errors: Error[] = [];
  parser.on('error', (error: Error) => errors.push(error));
  const behind = new Writable({
    write: (chunk, _encoding, done) => {
      parser.parse(chunk);
      setImmediate(done);
    },
  });
  const filter = new PlainPublishes({
    ...{ protocolVersion, parser: behind },
    take: (publish, goOn) => {
      const hear = () => heard.push({ by: 'us', what: essence({ cmd: 'publish', ...publish }) });
      if (!isLate()) return hear() > 0;
      setImmediate(() => {
        hear();
        goOn();
      });
      return false;
    },
  });
  const write = (bytes: Buffer): Promise<void> => new Promise((resolve) => filter.write(bytes, () => resolve()));
  return { heard, errors, write };
}

describe.each([5, 4] as const)('PlainPublishes, MQTT protocol version %i', (protocolVersion) => {
  const frame = (packet: Packet): Buffer => mqttPacket.generate(packet, { protocolVersion });
  const publish = (more: Partial<IPublishPacket> = {}): IPublishPacket => ({
    ...{ cmd: 'publish', topic: 'a/b', payload: Buffer.from('1.5'), qos: 1, messageId: 7, dup: false, retain: false },
    ...more,
  });

  it('reads what has no properties, and leaves the rest to mqtt.js', async () => {
    const { heard, write } = listen(protocolVersion);
    const rest = protocolVersion === 5 ? [publish({ properties: { contentType: 'text/plain' } })] : [];
    const long = publish({ payload: Buffer.alloc(20_000) });
    const sent = [publish(), publish({ qos: 0, retain: true, dup: false }), publish({ qos: 2 }), long, ...rest];
    await write(Buffer.concat([connack, ...sent, publish({ dup: true })].map(frame)));
    expect(heard.map(({ by }) => by)).toEqual([
      ...['mqtt.js', 'us', 'us', 'mqtt.js', 'mqtt.js', ...rest.map(() => 'mqtt.js'), 'us'],
    ]);
    expect(heard.map(({ what }) => what).slice(1)).toEqual([...sent, publish({ dup: true })].map(essence));
  });

  it('leaves everything to mqtt.js until the broker has accepted the connection', async () => {
    const { heard, write } = listen(protocolVersion);
    await write(frame(publish()));
    await write(frame(connack));
    await write(frame(publish()));
    expect(heard.map(({ by }) => by)).toEqual(['mqtt.js', 'mqtt.js', 'us']);
  });

  it.each([
    ['without room for its topic', [0x32, 6, 0, 200, 97, 0, 1, 0]],
    ['without a topic', [0x32, 6, 0, 0, 0, 1, 0, 97]],
    ['with packet id 0', [0x32, 7, 0, 1, 97, 0, 0, 0, 97]],
    ['at QoS 3', [0x36, 7, 0, 1, 97, 0, 1, 0, 97]],
    ['of an endless length', [0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])('lets mqtt.js judge a packet %s', async (_name, bytes) => {
    const { heard, write } = listen(protocolVersion);
    await write(frame(connack));
    await write(Buffer.from(bytes));
    expect(heard.filter(({ by }) => by === 'us')).toEqual([]);
  });

  it('keeps the order of all packets, wherever the bytes are cut and however late they are taken', async () => {
    const random = new Random(protocolVersion);
    const upTo = (n: number): number => random.integer(n);
    const other: (() => Packet)[] = [
      () => ({ cmd: 'pingresp' }),
      () => ({ cmd: 'puback', messageId: 1 + upTo(65_535) }),
      () => ({ cmd: 'suback', messageId: 1 + upTo(65_535), granted: [1] }),
    ];
    const any = (): Packet => {
      if (random.chance(0.2)) return random.pick(other)();
      const size = random.chance(0.05) ? upTo(40_000) : upTo(40);
      const properties =
        protocolVersion === 5 && random.chance(0.1) ? { contentType: 'é'.repeat(upTo(30)) } : undefined;
      const payload = Buffer.from(Array.from({ length: size }, () => upTo(256)));
      const qos = random.chance(0.05) ? 2 : random.chance(0.5) ? 1 : 0;
      const topic = `straße/${'x'.repeat(upTo(200))}`;
      return publish({ topic, payload, properties, qos, messageId: 1 + upTo(65_535), retain: random.chance(0.5) });
    };
    const packets = [connack, ...Array.from({ length: 1000 }, any)];
    const bytes = Buffer.concat(packets.map(frame));
    const { heard, errors, write } = listen(protocolVersion, () => random.chance(0.1));
    for (let at = 0; at < bytes.length; ) {
      const to = at + 1 + (random.chance(0.3) ? upTo(4) : upTo(3000));
      await write(bytes.subarray(at, to));
      at = to;
    }
    expect(errors).toEqual([]);
    expect(heard.map(({ what }) => what)).toEqual(
      packets.map((packet) => (packet.cmd === 'publish' ? essence(packet) : { cmd: packet.cmd })),
    );
    expect(heard.filter(({ by }) => by === 'us').length).toBeGreaterThan(500);
  });
});
