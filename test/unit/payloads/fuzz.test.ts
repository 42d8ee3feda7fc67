import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import sparkplug from 'sparkplug-payload';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../../src/payloads/createDecoder.js';
import type { DecodeSettings, PayloadKind } from '../../../src/payloads/decoder.js';
import { bytesOf } from './decodeAs.js';

const payloads = 30_000;
const kinds: PayloadKind[] = ['auto', 'number', 'json', 'senml-json', 'senml-cbor', 'sparkplug-b', 'influx'];
const settings = kinds.flatMap((payload): DecodeSettings[] => [
  { payload, value: [] },
  { payload, value: ['a', 'b.0', '__proto__.x'], time: 't', sequence: 'n' },
]);
const topics = [
  'a/b',
  'spBv1.0/g/NBIRTH/n',
  'spBv1.0/g/NDATA/n',
  'spBv1.0/g/DDATA/n/d',
  'spBv1.0/g/NDEATH/n',
  'spBv1.0/',
];
const contentTypes = [undefined, 'application/json', 'application/senml+cbor', ';', 'text/plain'];

const cbor = new Encoder({ mapsAsObjects: false });
const birth = {
  timestamp: 1,
  seq: 0,
  metrics: [
    { name: 'bdSeq', type: 'UInt64' as const, value: 1 },
    { name: 'x', alias: 1, type: 'Int64' as const, value: -7 },
    { name: 'y', alias: 2, type: 'Double' as const, value: 1.5 },
  ],
};
const seeds = [
  '21.5',
  '-1e308',
  'NaN',
  '{"a":1,"b":[2,{"c":"3"}],"t":"2025-11-23T02:40:00Z","n":4,"__proto__":{"x":1}}',
  '{"a":1e999,"t":1e308,"n":-1}',
  '[{"bn":"x:","bt":1.3e9,"bv":1,"bs":2,"bver":5,"n":"a","u":"m","v":1},{"n":"b","vb":true,"t":-5},{"s":1,"k_":2}]',
  'm,t=1,u=a\\ b x=1i,y="te\\"xt",z=t 1465839830100400200\n# c\nm x=1e999',
  cbor.encode([
    new Map<unknown, unknown>([
      [-2, 'x'],
      [0, 'a'],
      [2, 1.5],
      [6, -5],
    ]),
    new Map<unknown, unknown>([
      [5, 1n],
      ['k', [1, { a: 2 }]],
    ]),
  ]),
  Uint8Array.from([0x81, 0xa2, 0, 0x61, 0x61, 2, 0xc4, 0x82, 0x21, 0x19, 0x69, 0xeb]),
  sparkplug.get('spBv1.0')!.encodePayload(birth),
].map(bytesOf);
const pieces = [
  '{',
  '[',
  '"',
  '\\',
  ',',
  '=',
  ' ',
  '\n',
  '1e999',
  '__proto__',
  'null',
  '.',
  '\xff',
  '\x9f',
  '\xbf',
  '\x00',
].map((text) => Buffer.from(text, 'latin1'));

/** A good payload of one format, damaged here and there, and the topic it belongs to. */
const mutant = fc
  .tuple(
    fc.nat(seeds.length - 1),
    fc.array(fc.tuple(fc.nat(10_000), fc.nat(3), fc.oneof(fc.nat(255), fc.constantFrom(...pieces))), { maxLength: 6 }),
  )
  .map(([seed, edits]) => {
    let bytes = Buffer.from(seeds[seed]!);
    for (const [place, how, what] of edits) {
      const at = place % (bytes.length + 1);
      const piece = typeof what === 'number' ? Buffer.of(what) : what;
      if (how === 0) bytes = bytes.subarray(0, at);
      else if (how === 1) bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
      else if (how === 2) bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)]);
      else bytes = Buffer.concat([bytes, bytes.subarray(at)]);
    }
    return { payload: bytes as Uint8Array, home: seed === seeds.length - 1 ? 'spBv1.0/g/NBIRTH/n' : 'a/b' };
  });

const noise = fc.uint8Array({ maxLength: 60 }).map((payload) => ({ payload, home: 'a/b' }));

describe('createDecoder', () => {
  it(`survives ${payloads} damaged payloads of every format without a throw, a value that is not finite or a time that is none`, () => {
    const decode = createDecoder();
    const seen = new Set<string>();
    let samples = 0;
    fc.assert(
      fc.property(
        fc.oneof({ weight: 5, arbitrary: mutant }, { weight: 1, arbitrary: noise }),
        fc.boolean(),
        fc.constantFrom(...settings),
        fc.constantFrom(...topics),
        fc.constantFrom(...contentTypes),
        ({ payload, home }, expected, chosen, topic, contentType) => {
          const decoded = decode(
            payload,
            expected
              ? { topic: home, arrivedMs: 1.7e12, settings: settings[0]! }
              : { topic, arrivedMs: 1.7e12, contentType, settings: chosen },
          );
          for (const { y, tMs, sequence, field } of decoded.samples) {
            if (!Number.isFinite(y) || Math.abs(y) > 1e300) throw new Error(`${field} is ${y}`);
            if (tMs !== undefined && !(Number.isInteger(tMs) && Math.abs(tMs) <= 8.64e15))
              throw new Error(`time ${tMs}`);
            if (sequence !== undefined && !Number.isSafeInteger(sequence)) throw new Error(`sequence ${sequence}`);
          }
          for (const { reason, detail } of decoded.rejects) {
            if (reason === 'decoder_failed') throw new Error(detail);
            seen.add(reason);
          }
          samples += decoded.samples.length;
        },
      ),
      { seed: 20_251_123, numRuns: payloads },
    );
    expect(samples).toBeGreaterThan(payloads / 10); // the mutants are not all hopeless
    expect(seen.size).toBeGreaterThan(15);
  });
});
