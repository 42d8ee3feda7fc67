import { describe, expect, it } from 'vitest';
import { Calibration } from '../../../src/forecast/calibration.js';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { Random } from '../../../src/series/random.js';
import { SeriesPast } from '../../../src/series/seriesPast.js';
import { hourly } from '../../support/expertUnderTest.js';

const levels = [0.025, 0.1, 0.5, 0.9, 0.975];

interface Scored {
  readonly below: number[][]; // [horizon][levels] share of values below the quantile
  readonly calibration: Calibration;
  readonly widths: number[]; // of the outermost levels one step ahead
}

/** Forecasts zero for every step of `values`, and counts where they fall. */
function scored(values: readonly number[], { season = 0, horizon = 3 } = {}): Scored {
  const past = new SeriesPast({ season, lags: horizon });
  const calibration = new Calibration({ horizon, levels, past });
  const median = new Float64Array(horizon);
  const L = levels.length;
  const issued: Float64Array[] = [];
  const below = Array.from({ length: horizon }, () => new Array<number>(L).fill(0));
  const widths: number[] = [];
  for (const tick of hourly(values)) {
    past.learnOne(tick);
    calibration.learn(tick.y, 0);
    const quantiles = new Float64Array(horizon * L);
    calibration.spread(median, quantiles);
    calibration.issue(median, quantiles);
    issued.push(quantiles);
    widths.push(quantiles[L - 1] - quantiles[0]);
    for (let h = 1; h <= horizon; h++) {
      const then = issued[tick.n - h];
      if (then)
        for (let l = 0; l < L; l++) if (tick.y < then[(h - 1) * L + l]) below[h - 1][l] += 1 / (values.length - h);
    }
  }
  return { below, calibration, widths };
}

const draws = (count: number, draw: (random: Random, t: number) => number, seed = 1): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, t) => draw(random, t));
};

const noises: Record<string, (random: Random, t: number) => number> = {
  'normal noise': (random) => random.normal(),
  'heavy tails': (random) => random.normal() / Math.max(0.05, random.uniform()),
  'skewed noise': (random) => Math.exp(random.normal()),
  'noise that grows a hundredfold': (random, t) => random.normal() * 100 ** (t / 12_000),
  'noise that jumps between calm and storm': (random, t) => random.normal() * (Math.floor(t / 700) % 2 ? 10 : 1),
  'a bias that swings from side to side': (random, t) => random.normal() + 3 * Math.sin((2 * Math.PI * t) / 2000),
};

describe('Calibration', () => {
  for (const [name, noise] of Object.entries(noises)) {
    it(`holds every level to within 0.01 in the long run at every step: ${name}`, () => {
      const { below } = scored(draws(12_000, noise));
      for (const shares of below)
        for (const [l, share] of shares.entries())
          if (levels[l] !== 0.5) expect(Math.abs(share - levels[l])).toBeLessThan(0.01);
    });
  }

  it('gives quantiles that never cross and are finite, from the first value on and whatever comes', () => {
    const wild = draws(3000, (random) => random.pick([0, 0, 1e-12, 5, -1e12, 1e30, random.normal()]));
    const past = new SeriesPast({ season: 0, lags: 4 });
    const calibration = new Calibration({ horizon: 4, levels, past });
    const median = new Float64Array(4);
    const out = new Float64Array(4 * levels.length);
    for (const tick of hourly(wild)) {
      past.learnOne(tick);
      calibration.learn(tick.y, 0);
      median.fill(tick.y);
      calibration.spread(median, out);
      calibration.issue(median, out);
      expect(out.every(Number.isFinite)).toBe(true);
      for (let i = 1; i < out.length; i++) if (i % levels.length) expect(out[i]).toBeGreaterThanOrEqual(out[i - 1]);
    }
  });

  it('is sensible from the first forecast: wider further ahead, as wide as the noise after twenty values', () => {
    const past = new SeriesPast({ season: 0, lags: 3 });
    const calibration = new Calibration({ horizon: 3, levels, past });
    const out = new Float64Array(3 * levels.length);
    const [first] = hourly([20]);
    past.learnOne(first);
    calibration.spread(Float64Array.of(20, 20, 20), out);
    const width = (h: number) => out[h * levels.length - 1] - out[(h - 1) * levels.length];
    expect(width(1)).toBeGreaterThan(0.1);
    expect(width(1)).toBeLessThan(20);
    expect(width(3)).toBeGreaterThan(width(2));
    expect(width(2)).toBeGreaterThan(width(1));
    const { widths } = scored(draws(21, (random) => random.normal()));
    expect(widths[20] / (2 * 1.96)).toBeGreaterThan(0.6);
    expect(widths[20] / (2 * 1.96)).toBeLessThan(1.7);
  });

  it('is wide where in the season errors are large, and narrow where they are small', () => {
    const noise = draws(4000, (random, t) => random.normal() * (t % 8 === 3 ? 10 : 1));
    const { widths } = scored(noise, { season: 8 });
    const at = (place: number) => widths.slice(2000).filter((_, i) => (2000 + i + 1) % 8 === place);
    const mean = (list: readonly number[]) => list.reduce((sum, w) => sum + w, 0) / list.length;
    expect(mean(at(3)) / mean(at(6))).toBeGreaterThan(4);
  });

  it('keeps a forecast that is off to one side within its interval', () => {
    const { widths, below } = scored(draws(3000, (random) => 50 + random.normal()));
    expect(below[0][2]).toBeLessThan(0.5);
    expect(widths[2999]).toBeGreaterThan(0);
  });

  it('counts its coverage, by horizon step', () => {
    const { calibration, below } = scored(draws(2000, (random) => random.normal()));
    for (let h = 1; h <= 3; h++) {
      const { count, share } = calibration.coverage(h);
      expect(count).toBe(2000 - h);
      expect(share).toBeCloseTo(below[h - 1][0] * -1 + below[h - 1][levels.length - 1], 9);
    }
  });

  it('keeps a median that is not among its levels', () => {
    const past = new SeriesPast({ season: 0, lags: 2 });
    const calibration = new Calibration({ horizon: 1, levels: [0.2, 0.8], past });
    const random = new Random(2);
    const out = new Float64Array(2);
    let inside = 0;
    for (const tick of hourly(Array.from({ length: 5000 }, () => random.normal()))) {
      if (tick.n > 0 && tick.y >= out[0] && tick.y <= out[1]) inside++;
      past.learnOne(tick);
      calibration.learn(tick.y, 0);
      calibration.spread(Float64Array.of(0), out);
      calibration.issue(Float64Array.of(0), out);
    }
    expect(Math.abs(inside / 5000 - 0.6)).toBeLessThan(0.01);
  });

  it('stays with a switch that nobody touched for months, and with its first touch after', () => {
    const random = new Random(3);
    const forecaster = new SeriesForecaster({ horizon: 3, levels: [0.1, 0.5, 0.9], season: 24 });
    const out = new Float64Array(9);
    let largest = 0;
    const isTouched = (t: number): boolean => t % 24 >= 20 && (t < 480 || t > 4800);
    for (const tick of hourly(Array.from({ length: 6000 }, (_, t) => (isTouched(t) ? random.integer(2) : 0)))) {
      forecaster.learnOne(tick);
      forecaster.forecast(out);
      largest = Math.max(largest, ...out.map(Math.abs));
    }
    expect(largest).toBeLessThan(5);
  });
});
