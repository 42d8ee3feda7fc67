import { describe, expect, it } from 'vitest';
import { RecurrentForecaster } from '../../../src/forecast/recurrentForecaster.js';
import { SeriesFeatures } from '../../../src/forecast/seriesFeatures.js';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { stepBuffers } from '../../../src/forecast/stepper.js';
import { seriesRows } from '../../../src/training/seriesRows.js';
import { splitRows } from '../../../src/training/splitRows.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';

const hour = 3_600_000;
const options = {
  features: ['value', 'diff', 'day.sin'],
  horizon: 3,
  target: 'change',
  cadenceMs: 0,
  season: 0,
} as const;
const count = 100;
const times = Float64Array.from({ length: count }, (_, i) => Date.UTC(2024, 0, 1) + i * hour);
const values = Float64Array.from({ length: count }, (_, i) => 10 + Math.sin(i) + 0.01 * i);

describe('seriesRows', () => {
  it('shows what the daemon would hear, and what came true in units of the usual change', () => {
    const [rows] = seriesRows(times, values, options);
    const features = new SeriesFeatures({ features: options.features, horizon: 3 });
    const x = new Float32Array(3);
    for (let i = 0; i < count; i++) {
      const stepMs = i === 0 ? 60_000 : hour;
      features.observe({ n: i, tMs: times[i], y: values[i], stepMs, stepIsGuess: i < 4, missing: 0, restart: i === 0 });
      features.write(x, 0);
      expect(rows.x.subarray(3 * i, 3 * i + 3)).toEqual(x);
      for (let h = 1; h <= 3; h++) {
        const change = (values[i + h] - values[i]) / features.unit(h);
        const found = rows.target[3 * i + h - 1];
        if (i + h >= count) expect(found).toBeNaN();
        else expect(found).toBe(Math.fround(Math.max(-10, Math.min(10, change))));
      }
    }
  });

  it('shows a network that stands on the experts what it is shown in the daemon, and what they left over', async () => {
    const features = ['value', 'error', 'linear', 'holtwinters', 'blend'];
    const [rows] = seriesRows(times, values, { ...options, features, target: 'residual' });
    const { model } = new ArithmeticStepper({ features, target: 'residual', horizon: 3 });
    const network = new RecurrentForecaster(model, { season: 0 });
    const daemon = new SeriesForecaster({ horizon: 3, levels: [0.1, 0.5, 0.9], season: 0, network });
    const buffers = stepBuffers(model, 1);
    const said = new Float64Array(3);
    for (let i = 0; i < count; i++) {
      const stepMs = i === 0 ? 60_000 : hour;
      const tick = { n: i, tMs: times[i], y: values[i], stepMs, stepIsGuess: i < 4, missing: 0, restart: i === 0 };
      daemon.prepare(tick, buffers, 0);
      const width = network.features.width;
      expect(rows.x.subarray(width * i, width * (i + 1))).toEqual(buffers.x.subarray(0, width));
      for (let h = 1; h <= 3; h++) buffers.y.fill(rows.target[3 * i + h - 1], 3 * (h - 1), 3 * h);
      daemon.accept(buffers, 0);
      network.median(buffers, 0, 3, said, 0, daemon);
      for (let h = 1; h <= 3 && i + h < count; h++) {
        if (Math.abs(rows.target[3 * i + h - 1]) < 10) expect(said[h - 1]).toBeCloseTo(values[i + h], 4);
      }
    }
  });

  it('knows nothing of what comes later', () => {
    const [calm] = seriesRows(times, values, options);
    const [changed] = seriesRows(
      times,
      values.map((y, i) => (i > 60 ? -5 * y : y)),
      options,
    );
    expect(changed.x.subarray(0, 61 * 3)).toEqual(calm.x.subarray(0, 61 * 3));
    expect(changed.x.subarray(61 * 3)).not.toEqual(calm.x.subarray(61 * 3));
  });

  it('begins a new stretch after a gap that clears the state, and counts the steps between', () => {
    const later = times.map((t, i) => (i < 50 ? t : t + 100 * hour));
    const stretches = seriesRows(later, values, options);
    expect(stretches.map(({ length }) => length)).toEqual([50, 50]);
    expect(stretches[1].ticks[0]).toBe(150);
    expect(stretches[0].target[3 * 49]).toBeNaN();
  });
});

describe('splitRows', () => {
  const cut = { share: 0.2, warmUp: 10, longest: 8 };

  it('learns only from targets that lie before the split', () => {
    const { training } = splitRows(seriesRows(times, values, options), cut);
    expect(training.map(({ length }) => length)).toEqual([80]);
    const known = [...training[0].target.keys()].filter((at) => !Number.isNaN(training[0].target[at]));
    expect(Math.max(...known.map((at) => Math.floor(at / 3) + (at % 3) + 1))).toBe(79);
  });

  it('judges every forecast of the tail once, after a warm-up', () => {
    const { heldOut } = splitRows(seriesRows(times, values, options), cut);
    expect(heldOut.map(({ length }) => length)).toEqual([18, 18, 14]);
    const judged = heldOut.map(({ target }) => target.filter((value) => !Number.isNaN(value)).length);
    expect(judged).toEqual([24, 24, 4 * 3 - 3 - 3]);
    for (const { target } of heldOut) expect(target.subarray(0, 30).every(Number.isNaN)).toBe(true);
  });

  it('gives the tail no part in what is learned', () => {
    const changed = values.map((y, i) => (i >= 80 ? 1000 : y));
    const { training } = splitRows(seriesRows(times, changed, options), cut);
    expect(training).toEqual(splitRows(seriesRows(times, values, options), cut).training);
  });
});
