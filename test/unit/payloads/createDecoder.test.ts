import { Encoder } from 'cbor-x';
import { describe, expect, it } from 'vitest';
import { decodeAs, reasonsOf, valuesOf } from './decodeAs.js';

const cborPack = new Encoder({ mapsAsObjects: false }).encode([
  new Map<number, unknown>([
    [0, 'a'],
    [2, 1.5],
  ]),
]);

describe('createDecoder, payload auto', () => {
  it.each<[string, string | Uint8Array, Record<string, number>]>([
    ['a bare number', ' 21.5\n', { '': 21.5 }],
    ['a JSON object', ' {"temperature":21.5}', { temperature: 21.5 }],
    ['a JSON array', '[1,2]', { '0': 1, '1': 2 }],
    ['an array of objects that are no records', '[{"v":1},{"v":2}]', { '0.v': 1, '1.v': 2 }],
    ['an array of named objects without values', '[{"n":"a","x":2}]', { '0.x': 2 }],
    ['a SenML pack', '[{"bn":"dev:","n":"t","v":21.5}]', { 'dev:t': 21.5 }],
    ['line protocol', 'weather,location=us-midwest temperature=82', { 'weather,location=us-midwest.temperature': 82 }],
    ['line protocol behind a comment', '# first\nm x=1', { 'm.x': 1 }],
    ['a measurement that begins with a digit', '1wire x=1', { '1wire.x': 1 }],
    ['a SenML pack in CBOR', cborPack, { a: 1.5 }],
  ])('reads %s', (_, payload, values) => {
    const decoded = decodeAs('auto', payload);
    expect(valuesOf(decoded)).toEqual(values);
    expect(decoded.rejects).toEqual([]);
  });

  it.each<[string | Uint8Array, string]>([
    ['', 'empty'],
    ['\n', 'empty'],
    ['online', 'unknown_format'],
    ['21.5 °C', 'unknown_format'],
    ['true', 'unknown_format'],
    [Uint8Array.from([0xff, 0xd8, 0xff]), 'unknown_format'],
    ['nan', 'not_finite'],
    ['1e400', 'not_finite'],
    ['{"a":', 'json_syntax'],
    ['"on"', 'no_numeric_field'],
    [Uint8Array.from([0x82, 0xa1]), 'cbor_syntax'],
  ])('refuses %j as %s', (payload, reason) => {
    const decoded = decodeAs('auto', payload);
    expect(decoded.samples).toEqual([]);
    expect(reasonsOf(decoded)).toEqual([reason]);
  });

  it('follows the content type', () => {
    const as = (contentType: string, payload: string | Uint8Array) => decodeAs('auto', payload, {}, { contentType });
    expect(reasonsOf(as('application/senml+json; charset=utf-8', '[{"v":1}]'))).toEqual(['senml_name']);
    expect(reasonsOf(as('application/senml+cbor', 'm x=1'))).toEqual(['cbor_syntax']);
    expect(valuesOf(as('Application/JSON', '{"a":1}'))).toEqual({ a: 1 });
    expect(reasonsOf(as('application/json', 'm x=1'))).toEqual(['json_syntax']);
    expect(valuesOf(as('text/plain', '{"a":1}'))).toEqual({ a: 1 });
  });

  it('finds no named field in a bare number', () => {
    expect(reasonsOf(decodeAs('auto', '21.5', { value: ['temperature'] }))).toEqual(['missing_field']);
  });

  it('reads a view into a larger buffer', () => {
    const bytes = new TextEncoder().encode('xx{"a":1}xx');
    expect(valuesOf(decodeAs('auto', bytes.subarray(2, 9)))).toEqual({ a: 1 });
    expect(valuesOf(decodeAs('auto', new TextEncoder().encode('9999999999999999921.5').subarray(17)))).toEqual({
      '': 21.5,
    });
  });
});
