import { describe, expect, it } from 'vitest';
import { decodeAs, reasonsOf, valuesOf } from './decodeAs.js';

const zigbee2mqtt = `{"battery":97.5,"humidity":51.23,"last_seen":"2025-11-23T02:40:00.000Z","linkquality":120,
  "pressure":1013.2,"temperature":21.37,"voltage":3005,"update":{"installed_version":4105,"latest_version":4105,"state":"idle"}}`;
const tasmota = `{"Time":"2021-05-04T13:21:31","DS18B20":{"Id":"01191ED79190","Temperature":23.9},
  "ENERGY":{"Total":17.306,"Power":5,"Period":[0,1]},"TempUnit":"C"}`;
const shelly2 = `{"src":"shellyplus1pm-a8032abe54dc","dst":"shellyplus1pm-a8032abe54dc/events","method":"NotifyStatus",
  "params":{"ts":1657878122.44,"switch:0":{"id":0,"aenergy":{"by_minute":[0.000,6.542,0.000],"minute_ts":1657878122,"total":2679.773},"apower":8.4}}}`;

describe('decodeJson on what devices send', () => {
  it('reads one field of a zigbee2mqtt message at the time it names', () => {
    expect(decodeAs('json', zigbee2mqtt, { value: ['temperature'], time: 'last_seen' })).toMatchObject({
      samples: [{ field: 'temperature', tMs: Date.UTC(2025, 10, 23, 2, 40), y: 21.37 }],
      rejects: [],
    });
  });

  it('reads every number of a zigbee2mqtt message, nested ones with dots', () => {
    expect(valuesOf(decodeAs('json', zigbee2mqtt))).toEqual({
      battery: 97.5,
      humidity: 51.23,
      linkquality: 120,
      pressure: 1013.2,
      temperature: 21.37,
      voltage: 3005,
      'update.installed_version': 4105,
      'update.latest_version': 4105,
    });
  });

  it('reads tele/x/SENSOR of Tasmota, whose time names no zone, as UTC', () => {
    const decoded = decodeAs('json', tasmota, { time: 'Time' }, { topic: 'tele/x/SENSOR' });
    expect(valuesOf(decoded)).toEqual({
      'DS18B20.Temperature': 23.9,
      'ENERGY.Total': 17.306,
      'ENERGY.Power': 5,
      'ENERGY.Period.0': 0,
      'ENERGY.Period.1': 1,
    });
    expect(decoded.samples[0]?.tMs).toBe(Date.UTC(2021, 4, 4, 13, 21, 31));
  });

  it('reads the bare numbers of ESPHome and refuses its nan', () => {
    expect(decodeAs('json', '23.45').samples).toMatchObject([{ field: undefined, y: 23.45 }]);
    expect(reasonsOf(decodeAs('json', 'nan'))).toEqual(['not_finite']);
  });

  it('reads Shelly of the first generation: a number a topic, and the status object', () => {
    expect(decodeAs('json', '37.86', {}, { topic: 'shellies/shelly1pm-1/relay/0/power' }).samples[0]?.y).toBe(37.86);
    const status = '{"temperature":{"tC":23.25,"tF":73.85},"relays":[{"ison":true,"timer_remaining":0}]}';
    expect(valuesOf(decodeAs('json', status, { value: ['temperature.tC', 'relays[0].ison'] }))).toEqual({
      'temperature.tC': 23.25,
      'relays.0.ison': 1,
    });
  });

  it('reads NotifyStatus of Shelly of the second generation', () => {
    const decoded = decodeAs('json', shelly2, { value: ['$.params.switch:0.apower'], time: 'params.ts' });
    expect(decoded.samples).toMatchObject([{ field: 'params.switch:0.apower', y: 8.4, tMs: 1657878122440 }]);
  });
});

describe('decodeJson', () => {
  it('leaves the time and the sequence number out of the values', () => {
    const decoded = decodeAs('json', '{"t":1763865600,"n":7,"v":1.5}', { time: 't', sequence: 'n' });
    expect(decoded.samples).toEqual([{ field: 'v', tMs: 1763865600000, y: 1.5, sequence: 7 }]);
  });

  it('keeps the value with its arrival time where the time is missing or makes no sense', () => {
    const missing = decodeAs('json', '{"v":1}', { value: ['v'], time: 't' });
    expect(missing).toMatchObject({ samples: [{ y: 1, tMs: undefined }], rejects: [{ reason: 'missing_time' }] });
    const bad = decodeAs('json', '{"v":1,"t":"soon"}', { value: ['v'], time: 't' });
    expect(bad).toMatchObject({ samples: [{ y: 1, tMs: undefined }], rejects: [{ reason: 'bad_time' }] });
  });

  it('keeps the value where the sequence number makes no sense', () => {
    const decoded = decodeAs('json', '{"v":1,"n":1.5}', { value: ['v'], sequence: 'n' });
    expect(decoded).toMatchObject({ samples: [{ y: 1, sequence: undefined }], rejects: [{ reason: 'bad_sequence' }] });
  });

  it('takes numbers in text and booleans only where a path names them', () => {
    const text = '{"a":"21.5","b":true,"c":3}';
    expect(valuesOf(decodeAs('json', text))).toEqual({ c: 3 });
    expect(valuesOf(decodeAs('json', text, { value: ['a', 'b'] }))).toEqual({ a: 21.5, b: 1 });
  });

  it('reports what a path does not find, or finds to be no number, and keeps the rest', () => {
    const decoded = decodeAs('json', '{"a":1,"b":null,"c":{"d":2},"e":"warm"}', { value: ['a', 'b', 'c', 'e', 'x'] });
    expect(valuesOf(decoded)).toEqual({ a: 1 });
    expect(reasonsOf(decoded)).toEqual(['not_a_number', 'not_a_number', 'not_a_number', 'missing_field']);
  });

  it.each(['a.b.0', '$.a.b[0]', "$['a']['b'][0]", 'a["b"].0'])('follows the path %s', (path) => {
    expect(valuesOf(decodeAs('json', '{"a":{"b":[4]}}', { value: [path] }))).toEqual({ 'a.b.0': 4 });
  });

  it('follows a quoted key with dots in it', () => {
    expect(valuesOf(decodeAs('json', '{"a.b":4}', { value: ["$['a.b']"] }))).toEqual({ 'a.b': 4 });
  });

  it('finds nothing on prototypes, and a __proto__ key changes nothing', () => {
    for (const path of ['__proto__.x', 'constructor.length', 'toString.length', '..', '[', ''])
      expect(decodeAs('json', '{"a":[1]}', { value: [path] }).samples).toEqual([]);
    expect(decodeAs('json', '{"__proto__":{"polluted":1},"a":2}').samples.map(({ field }) => field)).toEqual([
      '__proto__.polluted',
      'a',
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ['', 'empty'],
    ['{"a":', 'json_syntax'],
    ['{"a":NaN}', 'json_syntax'],
    ['{}', 'no_numeric_field'],
    ['null', 'no_numeric_field'],
    ['"21.5"', 'no_numeric_field'],
    ['{"a":1e999}', 'not_finite'],
    ['{"a":-1.1e300}', 'not_finite'],
  ])('refuses %j as %s', (text, reason) => {
    const decoded = decodeAs('json', text);
    expect(decoded.samples).toEqual([]);
    expect(reasonsOf(decoded)).toEqual([reason]);
  });

  it('stops at its limits of depth, fields and name length, and says so', () => {
    const deep = decodeAs('json', `{"a":1,"b":${'['.repeat(200_000)}2${']'.repeat(200_000)}}`);
    expect(valuesOf(deep)).toEqual({ a: 1 });
    expect(reasonsOf(deep)).toEqual(['too_deep']);
    const wide = decodeAs('json', JSON.stringify(Array.from({ length: 50_000 }, (_, i) => i)));
    expect(wide.samples.length).toBe(1_000);
    expect(reasonsOf(wide)).toEqual(['too_many_fields']);
    expect(reasonsOf(decodeAs('json', `{"${'n'.repeat(600)}":1}`))).toEqual(['name_too_long']);
    expect(decodeAs('json', JSON.stringify(Array(5_000).fill(null))).rejects.length).toBe(1);
  });

  it('keeps at most a hundred rejects of a message', () => {
    expect(decodeAs('json', `[${Array(900).fill('1e999').join()}]`).rejects.length).toBe(100);
  });

  it('reads a document behind a byte order mark', () => {
    expect(valuesOf(decodeAs('json', '\ufeff{"a":1}'))).toEqual({ a: 1 });
  });
});
