import { Encoder, Tag } from 'cbor-x';
import { describe, expect, it } from 'vitest';
import { decodeAs, nowMs, reasonsOf, valuesOf } from './decodeAs.js';

const sensor = 'urn:dev:ow:10e2073a01080063';
const rows = (text: string | Uint8Array, kind: 'senml-json' | 'senml-cbor' = 'senml-json') =>
  decodeAs(kind, text).samples.map(({ field, y, tMs }) => [field, y, tMs]);

describe('decodeSenmlJson on the examples of RFC 8428, section 5.1', () => {
  it('reads a single datapoint', () => {
    expect(rows(`[{"n":"${sensor}","u":"Cel","v":23.1}]`)).toEqual([[sensor, 23.1, undefined]]);
  });

  it('reads multiple datapoints under a base name', () => {
    expect(rows(`[{"bn":"${sensor}:","n":"voltage","u":"V","v":120.1},{"n":"current","u":"A","v":1.2}]`)).toEqual([
      [`${sensor}:voltage`, 120.1, undefined],
      [`${sensor}:current`, 1.2, undefined],
    ]);
  });

  const currents = [1.2, 1.3, 1.4, 1.5, 1.6, 1.7].map((y, i) => [
    'urn:dev:ow:10e2073a0108006:current',
    y,
    1276020076001 - 5000 + 1000 * i,
  ]);
  const resolved = [['urn:dev:ow:10e2073a0108006:voltage', 120.1, 1276020076001], ...currents];

  it('adds times to the base time', () => {
    expect(
      rows(`[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
        {"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},{"n":"current","t":-3,"v":1.4},
        {"n":"current","t":-2,"v":1.5},{"n":"current","t":-1,"v":1.6},{"n":"current","v":1.7}]`),
    ).toEqual(resolved);
  });

  it('reads the CBOR of section 6 as the same records', () => {
    const hex =
      '87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b00106223614120050067766f6c7461676501615602' +
      'fb405e066666666666a3006763757272656e74062402fb3ff3333333333333a3006763757272656e74062302fb3ff4cccccccccccda3006763757272' +
      '656e74062202fb3ff6666666666666a3006763757272656e74062102f93e00a3006763757272656e74062002fb3ff999999999999aa3006763757272' +
      '656e74060002fb3ffb333333333333';
    expect(rows(Buffer.from(hex, 'hex'), 'senml-cbor')).toEqual(resolved);
  });

  it('reads a stream that was cut into a pack', () => {
    const times = [10, 20, 30].map((t) => `{"t":${t},"v":21.${t}}`).join();
    expect(rows(`[{"bn":"${sensor}","bt":1.320067464e+09,"bu":"%RH","v":21.2},${times}]`)).toEqual([
      [sensor, 21.2, 1320067464000],
      [sensor, 21.1, 1320067474000],
      [sensor, 21.2, 1320067484000],
      [sensor, 21.3, 1320067494000],
    ]);
  });

  const measurements = `[{"bn":"${sensor}","bt":1.320067464e+09,"bu":"%RH","v":20},{"u":"lon","v":24.30621},{"u":"lat","v":60.07965},
    {"t":60,"v":20.3},{"u":"lon","t":60,"v":24.30622},{"u":"lat","t":60,"v":60.07965},{"t":120,"v":20.7},
    {"u":"lon","t":120,"v":24.30623},{"u":"lat","t":120,"v":60.07966},{"u":"%EL","t":150,"v":98},{"t":180,"v":21.2},
    {"u":"lon","t":180,"v":24.30628},{"u":"lat","t":180,"v":60.07967}]`;

  it('keeps apart what shares a name and differs in its unit', () => {
    const found = rows(measurements);
    expect(found.length).toBe(13);
    expect(found.filter(([field]) => field === sensor).map(([, y]) => y)).toEqual([20, 20.3, 20.7, 21.2]);
    expect(found.filter(([field]) => field === `${sensor}.lat`)).toEqual([
      [`${sensor}.lat`, 60.07965, 1320067464000],
      [`${sensor}.lat`, 60.07965, 1320067524000],
      [`${sensor}.lat`, 60.07966, 1320067584000],
      [`${sensor}.lat`, 60.07967, 1320067644000],
    ]);
    expect(found.filter(([field]) => field === `${sensor}.%EL`)).toEqual([[`${sensor}.%EL`, 98, 1320067614000]]);
  });

  it('reads the resolved form of the same measurements as the same samples', () => {
    const units = ['%RH', 'lon', 'lat', '%RH', 'lon', 'lat', '%RH', 'lon', 'lat', '%EL', '%RH', 'lon', 'lat'];
    const plain = decodeAs('senml-json', measurements).samples.map(({ y, tMs }, i) => ({
      n: sensor,
      u: units[i],
      t: (tMs ?? 0) / 1000,
      v: y,
    }));
    expect(rows(JSON.stringify(plain))).toEqual(rows(measurements));
  });

  it('reads the number among different data types and skips the rest', () => {
    const decoded = decodeAs(
      'senml-json',
      `[{"bn":"${sensor}:","n":"temp","u":"Cel","v":23.1},{"n":"label","vs":"Machine Room"},{"n":"open","vb":false},{"n":"nfc-reader","vd":"aGkgCg"}]`,
    );
    expect(valuesOf(decoded)).toEqual({ [`${sensor}:temp`]: 23.1 });
    expect(decoded.rejects).toEqual([]);
  });

  it('reads a collection of resources with a second base name', () => {
    const t = 1320078429000;
    expect(
      rows(`[{"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":25.2},{"n":"humidity","u":"%RH","v":30},
        {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},{"n":"humidity","u":"%RH","v":67}]`),
    ).toEqual([
      ['2001:db8::2/temperature', 25.2, t],
      ['2001:db8::2/humidity', 30, t],
      ['2001:db8::1/temperature', 12.3, t],
      ['2001:db8::1/humidity', 67, t],
    ]);
  });

  it('reads the actuator examples: a record of bases only, and times a fraction of a second apart', () => {
    expect(
      rows(
        `[{"bn":"${sensor}:"},{"n":"temp","u":"Cel","v":23.1},{"n":"heat","u":"/","v":1},{"n":"fan","u":"/","v":0}]`,
      ),
    ).toEqual([
      [`${sensor}:temp`, 23.1, undefined],
      [`${sensor}:heat`, 1, undefined],
      [`${sensor}:fan`, 0, undefined],
    ]);
    expect(
      rows(`[{"bt":1.320078429e+09,"bu":"/","n":"2001:db8::3","v":0.5},{"n":"2001:db8::4","v":0.5},
        {"n":"2001:db8::3","t":0.1,"v":0},{"n":"2001:db8::4","t":0.1,"v":0}]`),
    ).toEqual([
      ['2001:db8::3', 0.5, 1320078429000],
      ['2001:db8::4', 0.5, 1320078429000],
      ['2001:db8::3', 0, 1320078429100],
      ['2001:db8::4', 0, 1320078429100],
    ]);
  });
});

describe('SenML', () => {
  it('takes times below 2^28 relative to the arrival, and others since 1970', () => {
    expect(
      rows(
        '[{"n":"a","t":-10,"v":1},{"n":"a","t":0,"v":2},{"n":"a","t":268435455,"v":3},{"n":"a","t":268435456,"v":4}]',
      ),
    ).toEqual([
      ['a', 1, nowMs - 10_000],
      ['a', 2, nowMs],
      ['a', 3, nowMs + 268435455000],
      ['a', 4, 268435456000],
    ]);
  });

  it('adds base value and base sum, a missing one counting as zero', () => {
    expect(rows('[{"bn":"a","bv":20,"v":1.5},{"n":"b"},{"n":"c","vs":"text"}]')).toEqual([
      ['a', 21.5, undefined],
      ['ab', 20, undefined],
    ]);
    expect(rows('[{"bn":"a","bs":100,"s":5},{"n":"b","v":1}]')).toEqual([
      ['a.sum', 105, undefined],
      ['ab.sum', 100, undefined],
      ['ab', 1, undefined],
    ]);
  });

  it.each([
    ['[{"n":"a","v":1},{"n":"b","v":2,"must_":1}]', 'senml_label'],
    ['[{"n":"a","bver":11,"v":1}]', 'senml_version'],
    ['[{"n":"a","bver":"10","v":1}]', 'senml_version'],
    ['[{"n":"a","v":1,"bver":5},{"n":"a","v":1,"bver":6}]', 'senml_version'],
    ['[{"bn":7,"n":"a","v":1}]', 'senml_base'],
    ['[{"bt":"x","n":"a","v":1}]', 'senml_base'],
    ['[{"n":"-a","v":1}]', 'senml_name'],
    ['[{"n":"grün","v":1}]', 'senml_name'],
    ['[{"v":1}]', 'senml_name'],
    ['[{"n":"a","v":"1"}]', 'senml_value'],
    ['[{"n":"a","v":1,"vb":true}]', 'senml_value'],
    ['[{"n":"a","u":"Cel"}]', 'senml_value'],
    ['[{"n":"a","v":1,"t":"now"}]', 'bad_time'],
    ['[{"n":"a","v":1,"t":1e300}]', 'bad_time'],
    ['[{"n":"a","v":1e301}]', 'not_finite'],
    ['[{"n":"a","vs":"on"}]', 'not_numeric'],
    ['[]', 'empty'],
    ['{"n":"a","v":1}', 'senml_syntax'],
    ['[1]', 'senml_syntax'],
    ['[{]', 'json_syntax'],
  ])('refuses %s as %s', (text, reason) => {
    const decoded = decodeAs('senml-json', text);
    expect(decoded.samples).toEqual([]);
    expect(reasonsOf(decoded)).toEqual([reason]);
  });

  it('ignores labels it does not know and need not, and keeps good records beside a bad one', () => {
    const decoded = decodeAs('senml-json', '[{"n":"a","v":1,"extra":{}},{"n":"b","v":null},{"n":"c","v":3}]');
    expect(valuesOf(decoded)).toEqual({ a: 1, c: 3 });
    expect(reasonsOf(decoded)).toEqual(['senml_value']);
  });
});

describe('decodeSenmlCbor', () => {
  const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });
  const pack = (...records: [unknown, unknown][][]) => encoder.encode(records.map((record) => new Map(record)));

  it('reads the integer, float and decimal fraction forms of a number', () => {
    const forms = [
      '05',
      '182c',
      '192c1a',
      '1a2c1a2319',
      '1b2c1a23197bce72d7',
      '25',
      '382c',
      '392c1a',
      'f9480f',
      'fa403c1999',
      'fb3ffb333333333333',
      'c482211969eb',
    ];
    const values = [
      5, 44, 11290, 739910425, 3177891079421588000, -6, -45, -11291, 8.1171875, 2.9390623569488525, 1.7, 271.15,
    ];
    forms.forEach((form, i) => {
      expect(rows(Buffer.from(`81a200616102${form}`, 'hex'), 'senml-cbor')).toEqual([['a', values[i], undefined]]);
    });
  });

  it('reads indefinite lengths, sums and extension labels in text', () => {
    expect(rows(Buffer.from('9fbf0061610218ffffff', 'hex'), 'senml-cbor')).toEqual([['a', 255, undefined]]);
    expect(rows(Buffer.from('9fbf006161021819ffff', 'hex'), 'senml-cbor')).toEqual([['a', 25, undefined]]);
    expect(
      rows(
        pack([
          [-2, 'x:'],
          [0, 'a'],
          [5, 2],
          [-6, 3],
          ['extra', 1],
        ]),
        'senml-cbor',
      ),
    ).toEqual([['x:a.sum', 5, undefined]]);
    expect(
      reasonsOf(
        decodeAs(
          'senml-cbor',
          pack([
            [0, 'a'],
            [2, 1],
            ['must_', 1],
          ]),
        ),
      ),
    ).toEqual(['senml_label']);
    expect(
      reasonsOf(
        decodeAs(
          'senml-cbor',
          pack([
            [0, 'a'],
            [2, 1],
            [-1, 11],
          ]),
        ),
      ),
    ).toEqual(['senml_version']);
  });

  it('refuses what is not one complete item of plain values', () => {
    const whole = pack([
      [0, 'a'],
      [2, 1],
    ]);
    expect(valuesOf(decodeAs('senml-cbor', whole))).toEqual({ a: 1 });
    const tagged = encoder.encode([
      new Map<unknown, unknown>([
        [0, 'a'],
        [2, new Tag(['(a+)+$', ''], 27)],
      ]),
    ]);
    const bignum = Buffer.concat([Buffer.from('81a200616102c25a000f0000', 'hex'), Buffer.alloc(0xf0000, 0xff)]);
    const deep = Buffer.alloc(100_000, 0x81);
    for (const bytes of [
      whole.subarray(0, -1),
      Buffer.concat([whole, whole]),
      tagged,
      bignum,
      deep,
      Buffer.from('9bffffffffffffffff', 'hex'),
    ])
      expect(reasonsOf(decodeAs('senml-cbor', bytes))).toEqual(['cbor_syntax']);
    expect(reasonsOf(decodeAs('senml-cbor', Buffer.alloc(0)))).toEqual(['empty']);
    expect(reasonsOf(decodeAs('senml-cbor', encoder.encode({ a: 1 })))).toEqual(['senml_syntax']);
  });
});
