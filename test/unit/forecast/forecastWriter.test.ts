import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimalsFor,
  type ForecastDocument,
  ForecastWriter,
  medianIndex,
} from '../../../src/forecast/forecastWriter.js';

const text = new TextDecoder('utf-8', { fatal: true });
const document = (given: Partial<ForecastDocument> = {}): ForecastDocument => ({
  series: 'sensors/kitchen/temperature',
  tMs: 1763865600000,
  issuedMs: 1763865600012,
  model: 'gru-base@1',
  stepMs: 60_000,
  last: 21.4,
  levels: [0.1, 0.5, 0.9],
  values: Float64Array.of(21.1, 21.5, 21.8, 20.9, 21.5, 22),
  horizon: 2,
  decimals: 3,
  ...given,
});
const written = (given: Partial<ForecastDocument>) => {
  const made = document(given);
  return { made, json: text.decode(new ForecastWriter().write(made)) };
};

describe('ForecastWriter', () => {
  it('writes the document of the contract', () => {
    expect(written({}).json).toBe(
      '{"series":"sensors/kitchen/temperature","time":1763865600000,"issued":1763865600012,' +
        '"model":"gru-base@1","step":60000,"last":21.4,"next":21.5,' +
        '"levels":[0.1,0.5,0.9],"values":[[21.1,21.5,21.8],[20.9,21.5,22]]}',
    );
  });

  it('writes exactly the numbers that it leaves in values, each moved by at most half a unit of the last decimal', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
      fc.constantFrom(
        0,
        -0,
        5e-324,
        -1e-9,
        0.1 + 0.2,
        2147483.647,
        2147483.6475,
        -2147483.648,
        1e21,
        1.7e308,
        -1.7e308,
      ),
    );
    const check = (values: number[], decimals: number, last: number): void => {
      const { made, json } = written({ values: Float64Array.from(values), horizon: 3, decimals, last });
      const found = JSON.parse(json);
      expect(found.values.flat().map((y: number) => y + 0)).toEqual([...made.values].map((y) => y + 0));
      expect(found.last + 0).toBe(last + 0);
      expect(found.next + 0).toBe(made.values[1] + 0);
      made.values.forEach((y, i) => {
        const slack = 2 * Number.EPSILON * Math.abs(values[i]);
        expect(Math.abs(y - values[i])).toBeLessThanOrEqual(0.5 * 10 ** -decimals * (1 + 1e-9) + slack);
      });
    };
    const nine = fc.array(value, { minLength: 9, maxLength: 9 });
    fc.assert(fc.property(nine, fc.integer({ min: 0, max: 9 }), value, check), { seed: 5, numRuns: 2000 });
  });

  it('writes times, steps and the last value to the character as JSON has them', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
      fc.maxSafeInteger(),
      fc.integer({ min: -1e9, max: 1e9 }).map((k) => k / 1000),
      fc.integer({ min: -1e4, max: 1e4 }).map((k) => k / 1e7),
      fc.constantFrom(
        0,
        -0,
        1e9,
        1e9 - 1,
        1e16,
        1e16 - 2,
        2 ** 53,
        999_999_999.9,
        1e-6,
        1e-7,
        0.000_001_5,
        1e21,
        5e-324,
      ),
    );
    const check = (tMs: number, stepMs: number, last: number): void => {
      const { json } = written({ tMs, issuedMs: tMs, stepMs, last });
      const of = JSON.stringify;
      expect(json).toContain(
        `"time":${of(tMs)},"issued":${of(tMs)},"model":"gru-base@1","step":${of(stepMs)},"last":${of(last)},"next"`,
      );
    };
    fc.assert(fc.property(number, number, number, check), { seed: 7, numRuns: 3000 });
  });

  it('writes each model and its levels, whichever it wrote before', () => {
    const writer = new ForecastWriter();
    for (const [model, levels] of [
      ['a@1', [0.5]],
      ['b@2', [0.5]],
      ['b@2', [0.1, 0.9]],
      ['a@1', [0.5]],
    ] as const) {
      const values = Float64Array.from(levels, (_, l) => 20 + l);
      const found = JSON.parse(text.decode(writer.write(document({ model, levels, values, horizon: 1 }))));
      expect([found.model, found.levels, found.values]).toEqual([model, [...levels], [[...values]]]);
    }
  });

  it.each([
    'a"b\\c',
    'line\nbreak\ttab',
    'Küche/温度/🌡',
    '__proto__',
    '\u0001'.repeat(2000),
    '\u0001'.repeat(3000),
    '\ud800'.repeat(2000),
    '温'.repeat(20_000),
    '',
  ])('writes the series name %j so that it reads back the same', (series) => {
    expect(JSON.parse(written({ series }).json).series).toBe(series);
    const found = JSON.parse(written({ series, model: series }).json);
    expect([found.series, found.model]).toEqual([series, series]);
  });

  it('has room for the longest numbers, whatever the number of levels', () => {
    for (const count of [1, 2, 9]) {
      const levels = Array.from({ length: count }, (_, i) => (i + 1) / (count + 1));
      const values = new Float64Array(200 * count).fill(-1e-300 / 3);
      const huge = values.map((_, i) => (-1e300 / 3) * (1 + i / 1e6));
      for (const each of [values, huge]) {
        const { json, made } = written({
          levels,
          values: each,
          horizon: 200,
          decimals: 9,
          last: -1e-300 / 3,
        });
        expect(JSON.parse(json).values.length).toBe(200);
        expect(
          JSON.parse(json)
            .values.flat()
            .map((y: number) => y + 0),
        ).toEqual([...made.values].map((y) => y + 0));
      }
    }
  });

  it('leaves a document as it is when it writes the next', () => {
    const writer = new ForecastWriter();
    const first = writer.write(document());
    const before = first.slice();
    writer.write(document({ series: 'other', values: Float64Array.of(1, 2, 3, 4, 5, 6) }));
    expect(first).toEqual(before);
  });

  it('remembers no more names than it has room for, and writes them right all the same', () => {
    const writer = new ForecastWriter();
    const values = Float64Array.of(1, 2, 3);
    for (let i = 0; i < 20_050; i++) {
      const json = writer.write(document({ series: `s${i % 20_010}`, values, horizon: 1 }));
      if (i % 5000 < 50) expect(JSON.parse(text.decode(json)).series).toBe(`s${i % 20_010}`);
    }
  });
});

describe('decimalsFor', () => {
  it('rounds by at most a fortieth of the unit as long as nine decimals can', () => {
    for (let unit = 1e-7; unit < 1e7; unit *= 1.37) {
      expect(0.5 * 10 ** -decimalsFor(unit)).toBeLessThanOrEqual(Math.max(unit / 40, 0.5e-9) * (1 + 1e-9));
    }
  });

  it.each([
    [1, 2],
    [9.99, 1],
    [0.1, 3],
    [250, 0],
    [1e300, 0],
    [1e-9, 9],
  ])('of %d is %d', (unit, decimals) => {
    expect(decimalsFor(unit)).toBe(decimals);
  });
});

describe('medianIndex', () => {
  it.each([
    [[0.1, 0.5, 0.9], 1],
    [[0.5], 0],
    [[0.1, 0.4, 0.7], 1],
    [[0.05, 0.25, 0.45, 0.75], 2],
  ])('of %j is %d', (levels, index) => {
    expect(medianIndex(levels)).toBe(index);
  });
});
