import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketReader } from '../../../../bench/throughput/packetReader.js';
import { publishFrame } from '../../../../bench/throughput/rawClient.js';
import { Readings, seriesIndexAt } from '../../../../bench/throughput/readings.js';

const packets = [
  publishFrame('sensors/00007', '21.5', 1),
  mqttPacket.generate({ cmd: 'puback', messageId: 1 }),
  publishFrame('a', 'x'.repeat(130), 2),
  publishFrame('sensors/12345', 'y'.repeat(20_000), 3),
  mqttPacket.generate({ cmd: 'pingresp' }),
];

describe('PacketReader', () => {
  it.each([1, 2, 3, 7, 1000, 100_000])('finds every packet in pieces of %i bytes', (size) => {
    const stream = Buffer.concat(packets);
    const found: Buffer[] = [];
    const reader = new PacketReader((bytes, start, _, end) => void found.push(Buffer.from(bytes.subarray(start, end))));
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
    expect(found).toEqual(packets);
  });

  it('says where the body begins, from which the series is read', () => {
    const indexes: number[] = [];
    const reader = new PacketReader((bytes, start, body) => {
      if (bytes[start] >>> 4 === 3) indexes.push(seriesIndexAt(bytes, body + 2 + bytes.readUInt16BE(body)));
    });
    reader.push(Buffer.concat([packets[0], packets[3]]));
    expect(indexes).toEqual([7, 12_345]);
  });
});

describe('Readings', () => {
  it('are the same every time, one of every series a round, with packet ids that never are 0', () => {
    const one = new Readings({ series: 3 });
    const parsed: { topic: string; messageId?: number }[] = [];
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => parsed.push(packet as never));
    const bytes = one.take(70_000);
    parser.parse(bytes);
    expect(bytes.equals(new Readings({ series: 3 }).take(70_000))).toBe(true);
    expect(parsed.slice(0, 4).map(({ topic }) => topic)).toEqual([
      'sensors/00000',
      'sensors/00001',
      'sensors/00002',
      'sensors/00000',
    ]);
    expect(parsed).toHaveLength(70_000);
    expect([parsed[65_534].messageId, parsed[65_535].messageId]).toEqual([65_535, 1]);
  });
});
