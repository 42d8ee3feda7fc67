import sparkplug from 'sparkplug-payload';
import { describe, expect, it } from 'vitest';
import { createDecoder, type Decoder } from '../../../src/payloads/createDecoder.js';
import type { Decoded } from '../../../src/payloads/decoder.js';
import { contextOf, decodeAs, nowMs, reasonsOf, valuesOf } from './decodeAs.js';

const codec = sparkplug.get('spBv1.0')!;
type Payload = Parameters<typeof codec.encodePayload>[0];
type Metric = NonNullable<Payload['metrics']>[number];

const send = (decode: Decoder, kind: string, payload: Payload, rest = 'node'): Decoded =>
  decode(codec.encodePayload(payload), contextOf('sparkplug-b', {}, { topic: `spBv1.0/group/${kind}/${rest}` }));

const bdSeq = (value: number): Metric => ({ name: 'bdSeq', type: 'UInt64', value });
const temperature: Metric = { name: 'temperature', alias: 1, type: 'Double', value: 21.5 };
const birth = (...metrics: Metric[]): Payload => ({
  timestamp: 1_000,
  seq: 0,
  metrics: [bdSeq(3), { name: 'Node Control/Rebirth', type: 'Boolean', value: false }, ...metrics],
});
/** A data message that names its metric by alias only, without a type, as nodes do after their birth. */
const data = (seq: number, value = 22, alias = 1): Payload => ({
  timestamp: 2_000,
  seq,
  metrics: [{ alias, value, type: 'Double' } as Metric],
});
const asked = ({ replies }: Decoded): string[] => (replies ?? []).map(({ topic }) => topic);

describe('Sparkplug B', () => {
  it('reads births, and data by the aliases they gave, without control metrics', () => {
    const decode = createDecoder();
    expect(send(decode, 'NBIRTH', birth(temperature))).toEqual({
      samples: [{ field: 'temperature', topic: 'spBv1.0/group/node', tMs: 1_000, y: 21.5 }],
      rejects: [],
    });
    expect(send(decode, 'NDATA', data(1))).toEqual({
      samples: [{ field: 'temperature', topic: 'spBv1.0/group/node', tMs: 2_000, y: 22 }],
      rejects: [],
    });
  });

  it('reads the type of a metric from its birth where the data leave it out', () => {
    const decode = createDecoder();
    send(decode, 'NBIRTH', birth({ name: 'level', alias: 7, type: 'Int16', value: -1 }));
    // alias 7, int_value 65526: no name, no datatype
    const bytes = Uint8Array.from([0x18, 1, 0x12, 6, 0x10, 7, 0x50, 0xf6, 0xff, 0x03]);
    const decoded = decode(bytes, contextOf('sparkplug-b', {}, { topic: 'spBv1.0/group/NDATA/node' }));
    expect(valuesOf(decoded)).toEqual({ level: -10 });
  });

  it.each([
    ['Int8', -5, -5],
    ['Int8', 251, -5],
    ['Int16', -300, -300],
    ['Int32', -70_000, -70_000],
    ['Int64', -5_000_000_000, -5_000_000_000],
    ['UInt8', 200, 200],
    ['UInt16', 65_535, 65_535],
    ['UInt32', 4_294_967_295, 4_294_967_295],
    ['UInt64', 9_007_199_254_740_991, 9_007_199_254_740_991],
    ['Float', 0.5, 0.5],
    ['Double', -1e-9, -1e-9],
    ['Boolean', true, 1],
    ['Boolean', false, 0],
  ] as const)('reads %s %s as %s', (type, value, y) => {
    const decoded = send(createDecoder(), 'NBIRTH', birth({ name: 'x', type, value } as Metric));
    expect(valuesOf(decoded)).toEqual({ x: y });
  });

  it('skips nulls, text, dates and data sets, and refuses what is not finite', () => {
    const decoded = send(
      createDecoder(),
      'NBIRTH',
      birth(
        { name: 'a', type: 'Double', value: null },
        { name: 'b', type: 'String', value: '21' },
        { name: 'c', type: 'DateTime', value: 1_700_000_000_000 },
        {
          name: 'd',
          type: 'DataSet',
          value: { numOfColumns: 1, types: ['Int32'], columns: ['x'], rows: [[1]] },
        } as Metric,
        { name: 'e', type: 'Double', value: Number.NaN },
        { name: 'f', type: 'Int32', value: 6, properties: { unit: { type: 'String', value: 'm' } } } as Metric,
      ),
    );
    expect(valuesOf(decoded)).toEqual({ f: 6 });
    expect(reasonsOf(decoded)).toEqual(['not_finite']);
  });

  it("gives each metric its own time, historical ones too, and the payload's to those without", () => {
    const decoded = send(
      createDecoder(),
      'NBIRTH',
      birth({ name: 'old', type: 'Double', value: 1, timestamp: 500, isHistorical: true }, temperature),
    );
    expect(decoded.samples.map(({ field, tMs }) => [field, tMs])).toEqual([
      ['old', 500],
      ['temperature', 1_000],
    ]);
  });

  it('keeps the aliases of devices apart and names them in the topic', () => {
    const decode = createDecoder();
    send(decode, 'NBIRTH', birth(temperature));
    send(decode, 'DBIRTH', { seq: 1, metrics: [{ name: 'speed', alias: 1, type: 'Double', value: 1 }] }, 'node/pump');
    expect(send(decode, 'DDATA', data(2), 'node/pump')).toMatchObject({
      samples: [{ field: 'speed', topic: 'spBv1.0/group/node/pump', y: 22 }],
      rejects: [],
    });
    expect(valuesOf(send(decode, 'NDATA', data(3)))).toEqual({ temperature: 22 });
  });

  it('asks for a rebirth once when it never saw a birth, in a payload that nodes understand', () => {
    const decode = createDecoder();
    const first = send(decode, 'NDATA', data(9));
    expect(first.samples).toEqual([]);
    expect(reasonsOf(first)).toEqual(['unknown_alias']);
    expect(asked(first)).toEqual(['spBv1.0/group/NCMD/node']);
    const command = codec.decodePayload(first.replies![0]!.payload);
    expect(Number(command.timestamp)).toBe(nowMs);
    expect(command.seq == null || Number(command.seq) === 0).toBe(true);
    expect(command.metrics).toMatchObject([{ name: 'Node Control/Rebirth', type: 'Boolean', value: true }]);
    expect(asked(send(decode, 'NDATA', data(10)))).toEqual([]);
    expect(valuesOf(send(decode, 'NBIRTH', birth(temperature)))).toEqual({ temperature: 21.5 });
    expect(send(decode, 'NDATA', data(1))).toMatchObject({ samples: [{ y: 22 }], rejects: [] });
  });

  it('asks again after a hundred messages without a birth', () => {
    const decode = createDecoder();
    const requests = Array.from({ length: 250 }, (_, i) => asked(send(decode, 'NDATA', data(i & 255))).length);
    expect(requests.flatMap((count, i) => (count > 0 ? [i] : []))).toEqual([0, 100, 200]);
  });

  it('keeps metrics that tell name and type themselves although no birth was seen', () => {
    const decoded = send(createDecoder(), 'NDATA', { seq: 4, metrics: [temperature] });
    expect(valuesOf(decoded)).toEqual({ temperature: 21.5 });
    expect(asked(decoded).length).toBe(1);
  });

  it('asks for a rebirth at a gap in seq, keeping the values, and not where seq wraps or is redelivered', () => {
    const decode = createDecoder();
    send(decode, 'NBIRTH', { ...birth(temperature), seq: 254 });
    expect(asked(send(decode, 'NDATA', data(255)))).toEqual([]);
    expect(asked(send(decode, 'NDATA', data(0)))).toEqual([]);
    expect(send(decode, 'NDATA', data(0))).toMatchObject({ samples: [{ y: 22 }], rejects: [] });
    const gap = send(decode, 'NDATA', data(4));
    expect(valuesOf(gap)).toEqual({ temperature: 22 });
    expect(gap.rejects).toEqual([{ reason: 'sequence_gap', detail: '3 messages of the node are missing' }]);
    expect(asked(gap)).toEqual(['spBv1.0/group/NCMD/node']);
    expect(reasonsOf(send(decode, 'NDATA', data(5)))).toEqual([]);
  });

  it('refuses the alias that no birth gave', () => {
    const decode = createDecoder();
    send(decode, 'NBIRTH', birth(temperature));
    const decoded = send(decode, 'NDATA', data(1, 5, 99));
    expect(reasonsOf(decoded)).toEqual(['unknown_alias']);
    expect(asked(decoded).length).toBe(1);
  });

  it('forgets a node at its death, but not at the late death of an earlier session', () => {
    const decode = createDecoder();
    send(decode, 'NBIRTH', birth(temperature));
    expect(reasonsOf(send(decode, 'NDEATH', { metrics: [bdSeq(2)] }))).toEqual(['stale_death']);
    expect(reasonsOf(send(decode, 'NDATA', data(1)))).toEqual([]);
    expect(send(decode, 'NDEATH', { metrics: [bdSeq(3)] })).toEqual({ samples: [], rejects: [] });
    expect(reasonsOf(send(decode, 'NDATA', data(2)))).toEqual(['unknown_alias']);
  });

  it('forgets a device at its death and at the next birth of its node', () => {
    const decode = createDecoder();
    const device = { metrics: [{ name: 'speed', alias: 1, type: 'Double', value: 1 }] } as Payload;
    send(decode, 'NBIRTH', birth());
    send(decode, 'DBIRTH', { ...device, seq: 1 }, 'node/pump');
    send(decode, 'DDEATH', { seq: 2 }, 'node/pump');
    expect(reasonsOf(send(decode, 'DDATA', data(3), 'node/pump'))).toEqual(['unknown_alias']);
    send(decode, 'DBIRTH', { ...device, seq: 4 }, 'node/pump');
    expect(reasonsOf(send(decode, 'DDATA', data(5), 'node/pump'))).toEqual([]);
    send(decode, 'NBIRTH', birth());
    expect(reasonsOf(send(decode, 'DDATA', data(1), 'node/pump'))).toEqual(['unknown_alias']);
  });

  it('stays silent at commands, its own rebirth request among them, and at host states', () => {
    const decode = createDecoder();
    const { replies } = send(decode, 'NDATA', data(1));
    const own = contextOf('auto', {}, { topic: 'spBv1.0/group/NCMD/node' });
    expect(decode(replies![0]!.payload, own)).toEqual({ samples: [], rejects: [] });
    expect(decodeAs('auto', '{"online":true,"timestamp":1}', {}, { topic: 'spBv1.0/STATE/host' }).rejects).toEqual([]);
  });

  it.each([
    ['spBv1.0/group/NDATA', 'bad_topic'],
    ['spBv1.0/group/NDATA/node/device', 'bad_topic'],
    ['spBv1.0/group/DDATA/node', 'bad_topic'],
    ['spBv1.0/group/XDATA/node', 'bad_topic'],
    ['plant/node', 'bad_topic'],
  ])('refuses the topic %s', (topic, reason) => {
    expect(reasonsOf(decodeAs('sparkplug-b', codec.encodePayload(data(1)), {}, { topic }))).toEqual([reason]);
  });

  it('refuses bytes that are no payload, compressed payloads and a seq beyond 255', () => {
    const topic = 'spBv1.0/group/NBIRTH/node';
    expect(reasonsOf(decodeAs('auto', 'hello', {}, { topic }))).toEqual(['sparkplug_syntax']);
    const whole = codec.encodePayload(birth(temperature));
    expect(reasonsOf(decodeAs('auto', whole.subarray(0, -3), {}, { topic }))).toEqual(['sparkplug_syntax']);
    const compressed = codec.encodePayload({ uuid: 'SPBV1.0_COMPRESSED', body: new Uint8Array(4) });
    expect(reasonsOf(decodeAs('auto', compressed, {}, { topic }))).toEqual(['sparkplug_compressed']);
    const seq = codec.encodePayload({ ...birth(temperature), seq: 300 });
    expect(reasonsOf(decodeAs('auto', seq, {}, { topic }))).toEqual(['bad_sequence']);
  });

  it('remembers a bounded number of nodes, those heard last, and a bounded number of metrics', () => {
    const decode = createDecoder();
    send(decode, 'NBIRTH', birth(temperature), 'first');
    send(decode, 'NBIRTH', birth(temperature), 'second');
    for (let i = 0; i < 1_022; i++) send(decode, 'NBIRTH', birth(temperature), `n${i}`);
    send(decode, 'NDATA', data(1), 'first');
    send(decode, 'NBIRTH', birth(temperature), 'one-more');
    expect(reasonsOf(send(decode, 'NDATA', data(2), 'first'))).toEqual([]);
    expect(reasonsOf(send(decode, 'NDATA', data(1), 'second'))).toEqual(['unknown_alias']);
    const metrics = Array.from(
      { length: 4_000 },
      (_, i): Metric => ({ name: `m${i}`, alias: i, type: 'Int8', value: 1 }),
    );
    for (let i = 0; i < 30; i++) send(decode, 'NBIRTH', { seq: 0, metrics }, `big${i}`);
    expect(reasonsOf(send(decode, 'NDATA', data(3), 'first'))).toEqual(['unknown_alias']);
    expect(reasonsOf(send(decode, 'NDATA', data(1), 'big29'))).toEqual([]);
  });
});
