import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalsFor, ForecastWriter } from '../../../src/forecast/forecastWriter.js';
import { packForecast } from '../../../src/storage/packForecast.js';

const document = (values: unknown, levels: unknown = [0.1, 0.5, 0.9], series = 'a') =>
  Buffer.from(JSON.stringify({ series, time: 1, issued: 2, model: 'm@1', step: 3, last: 4, next: 5, levels, values }));

const unpack = (json: Buffer): number[] => {
  const { base, scale, k } = packForecast(json);
  return (JSON.parse(k) as number[]).map((distance) => (base + distance) / scale);
};

describe('a packed forecast', () => {
  it('keeps distances from the first quantile in units of the last decimal', () => {
    expect(
      packForecast(
        document([
          [21.1, 21.5, 21.85],
          [20.9, 21.5, 22],
        ]),
      ),
    ).toEqual({
      ...{ count: 6, base: 2110, scale: 100 },
      k: '[0,40,75,-20,40,90]',
    });
  });

  it('is about half as long as the text it came from', () => {
    const values = Float64Array.from({ length: 72 }, (_, i) => 21.3 + 0.1 * Math.sqrt(1 + i / 3) * ((i % 3) - 1));
    const json = new ForecastWriter().write({
      ...{ series: 's', tMs: 1, issuedMs: 2, model: 'm@1', stepMs: 3, last: 21.3, levels: [0.1, 0.5, 0.9] },
      ...{ values, horizon: 24, decimals: 2 },
    });
    const { k } = packForecast(Buffer.from(json));
    expect(k.length).toBeLessThan(0.45 * json.length);
  });

  it('gives back the very numbers of the JSON, whatever they are', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: -1e4, max: 1e4, noNaN: true }).map((v) => Number(v.toFixed(3))),
      fc.integer(),
      fc.maxSafeInteger(),
    );
    const check = (values: readonly (readonly number[])[]): void => {
      const expected = (JSON.parse(JSON.stringify(values)) as number[][]).flat();
      expect(unpack(document(values)).map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
    };
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(rows, check), { seed: 1, numRuns: 2000 });
  });

  it('gives back the very numbers that were published, at every size of number', () => {
    const writer = new ForecastWriter();
    const quantiles = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 72, maxLength: 72 });
    const check = (shares: number[], exponent: number): void => {
      const unit = 10 ** exponent;
      const values = Float64Array.from(shares, (share) => unit * (7 + share));
      const head = { series: 's', tMs: 1, issuedMs: 2, model: 'm@1', stepMs: 3, last: 1, levels: [0.1, 0.5, 0.9] };
      const json = writer.write({ ...head, values, horizon: 24, decimals: decimalsFor(unit / 50) });
      expect(unpack(Buffer.from(json))).toEqual((JSON.parse(Buffer.from(json).toString()).values as number[][]).flat());
    };
    fc.assert(fc.property(quantiles, fc.integer({ min: -12, max: 18 }), check), { seed: 2, numRuns: 500 });
  });

  it('is not misled by a series that is named like a key', () => {
    const series = '","values":[[7,7,7]],"';
    expect(unpack(document([[1, 2, 3]], [0.1, 0.5, 0.9], series))).toEqual([1, 2, 3]);
  });

  it('takes any number of levels', () => {
    expect(packForecast(document([[1.5], [2.5]], [0.5]))).toEqual({ count: 2, base: 15, scale: 10, k: '[0,10]' });
  });

  it.each([
    ['no values', Buffer.from('{}')],
    ['values that are no table', document(7)],
    [
      'rows of unequal length',
      document([
        [1, 2, 3],
        [1, 2],
      ]),
    ],
  ])('is refused with %s', (_name, json) => {
    expect(() => packForecast(json)).toThrow(RangeError);
  });
});
