import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import {
  type PublishRoute,
  publishHead,
  publishHeaderBytes,
  writePublishHeader,
} from '../../../src/mqtt/publishFrame.js';

const frame = (route: PublishRoute, protocolVersion: 4 | 5, payload: Buffer): Buffer => {
  const head = publishHead(route, protocolVersion);
  const remaining = head.length + payload.length;
  const header = Buffer.alloc(publishHeaderBytes(remaining));
  writePublishHeader(header, 0, route.retain, remaining);
  return Buffer.concat([header, head, payload]);
};

const route: PublishRoute = { topic: 'stepcast/küche/forecast/a/b', qos: 0, retain: true };

describe('publishFrame', () => {
  it.each([0, 1, 90, 127, 128, 16_350, 16_384, 2_097_100, 2_097_152])(
    'writes byte for byte what mqtt-packet writes, %i bytes of payload',
    (size) => {
      const payload = Buffer.alloc(size, 'x');
      const full = { ...route, contentType: 'application/json', expirySeconds: 86_400 };
      const properties = { messageExpiryInterval: 86_400, contentType: 'application/json' };
      const packet: Packet = {
        cmd: 'publish',
        topic: route.topic,
        qos: 0,
        dup: false,
        retain: true,
        payload,
        properties,
      };
      expect(frame(full, 5, payload).equals(mqttPacket.generate(packet, { protocolVersion: 5 }))).toBe(true);
      expect(frame(full, 4, payload).equals(mqttPacket.generate(packet, { protocolVersion: 4 }))).toBe(true);
    },
  );

  it('has an empty property list in MQTT 5 when nothing is to be said', () => {
    const seen: Packet[] = [];
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet: Packet) => seen.push(packet));
    parser.parse(frame({ ...route, retain: false }, 5, Buffer.from('1')));
    const [packet] = seen as IPublishPacket[];
    expect(packet).toMatchObject({ topic: route.topic, retain: false, qos: 0, payload: Buffer.from('1') });
    expect(packet.properties).toBe(undefined);
  });

  it('says of which question it is the answer', () => {
    const seen: IPublishPacket[] = [];
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet: Packet) => seen.push(packet as IPublishPacket));
    const correlationData = Buffer.from([0, 255, 7]);
    parser.parse(frame({ ...route, correlationData }, 5, Buffer.from('1')));
    expect(seen[0].properties).toEqual({ correlationData });
  });

  it('refuses a topic that does not fit its length field', () => {
    expect(() => publishHead({ ...route, topic: 'x'.repeat(65_536) }, 5)).toThrow(RangeError);
  });
});
