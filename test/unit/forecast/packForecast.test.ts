import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalsFor, ForecastWriter } from '../../../src/forecast/forecastWriter.js';
import { packForecast, unpackDistances } from '../../../src/forecast/packForecast.js';

const unpack = (values: Float64Array, decimals: number): number[] => {
  const { base, scale, k } = packForecast(values, decimals);
  return unpackDistances(k).map((distance) => (base + distance) / scale);
};

const head = { series: 's', tMs: 1, issuedMs: 2, model: 'm@1', stepMs: 3, last: 21.3, levels: [0.1, 0.5, 0.9] };

describe('a packed forecast', () => {
  it('keeps distances from the least quantile in units of the last decimal, a character each', () => {
    expect(packForecast(Float64Array.of(21.1, 21.5, 21.85, 20.9, 21.5, 22), 2)).toEqual({
      ...{ base: 2090, scale: 100 },
      k: String.fromCharCode(...[20, 60, 95, 0, 60, 110].map((distance) => 92 + distance)),
    });
  });

  it.each([
    ['a character holds', 55_203, String.fromCharCode(92, 0xd7ff)],
    ['none does', 55_204, '[0,55204]'],
  ])('keeps the longest distance that %s', (_, distance, k) => {
    expect(packForecast(Float64Array.of(7, 7 + distance), 0)).toEqual({ base: 7, scale: 1, k });
  });

  it('takes about a fourth of the bytes of the text that is published', () => {
    const values = Float64Array.from({ length: 72 }, (_, i) => 21.3 + 0.1 * Math.sqrt(1 + i / 3) * ((i % 3) - 1));
    const json = new ForecastWriter().write({ ...head, values, horizon: 24, decimals: 2 });
    expect(Buffer.byteLength(packForecast(values, 2).k)).toBeLessThan(0.25 * json.length);
  });

  it('gives back the very numbers it is given, whatever they are', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: -1e4, max: 1e4, noNaN: true }).map((v) => Number(v.toFixed(3))),
      fc.integer(),
      fc.maxSafeInteger(),
    );
    const check = (values: number[], decimals: number): void => {
      expect(unpack(Float64Array.from(values), decimals).map((v) => v + 0)).toEqual(values.map((v) => v + 0));
    };
    const rows = fc.array(value, { minLength: 1, maxLength: 120 });
    fc.assert(fc.property(rows, fc.integer({ min: 0, max: 9 }), check), { seed: 1, numRuns: 2000 });
  });

  it('gives back the very numbers that were published, at every size of number', () => {
    const writer = new ForecastWriter();
    const quantiles = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 72, maxLength: 72 });
    const check = (shares: number[], exponent: number): void => {
      const unit = 10 ** exponent;
      const values = Float64Array.from(shares, (share) => unit * (7 + share));
      const decimals = decimalsFor(unit / 50);
      const json = writer.write({ ...head, values, horizon: 24, decimals });
      const published = (JSON.parse(Buffer.from(json).toString()).values as number[][]).flat();
      expect(unpack(values, decimals).map((v) => v + 0)).toEqual(published.map((v) => v + 0));
    };
    fc.assert(fc.property(quantiles, fc.integer({ min: -12, max: 18 }), check), { seed: 2, numRuns: 500 });
  });
});
