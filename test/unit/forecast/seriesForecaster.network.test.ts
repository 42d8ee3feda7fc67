import { describe, expect, it } from 'vitest';
import { weighedNames } from '../../../src/forecast/blendWeights.js';
import { expertNames } from '../../../src/forecast/expertNames.js';
import { RecurrentForecaster } from '../../../src/forecast/recurrentForecaster.js';
import { SeriesForecaster } from '../../../src/forecast/seriesForecaster.js';
import { type StepBuffers, stepBuffers } from '../../../src/forecast/stepper.js';
import { Random } from '../../../src/series/random.js';
import type { Tick } from '../../../src/series/types.js';
import { ArithmeticStepper } from '../../support/arithmeticStepper.js';
import { conformsAsForecaster, type ForecasterUnderTest } from '../conformance/forecaster.js';

const horizon = 3;
const levels = [0.1, 0.5, 0.9];

function stepped(): ForecasterUnderTest {
  const stepper = new ArithmeticStepper({ horizon: 2 });
  const network = new RecurrentForecaster(stepper.model, { season: 0 });
  const forecaster = new SeriesForecaster({ horizon, levels, season: 0, network });
  const buffers = stepBuffers(stepper.model, 3);
  return {
    horizon,
    levels: levels.length,
    learnOne: async (tick) => {
      forecaster.prepare(tick, buffers, 2);
      await stepper.step(3, buffers);
      forecaster.accept(buffers, 2);
    },
    forecast: () => {
      const out = new Float64Array(horizon * levels.length);
      forecaster.forecast(out);
      return out;
    },
    save: (writer) => forecaster.save(writer),
    load: (reader) => forecaster.load(reader),
  };
}

conformsAsForecaster('a series with a network among its experts', stepped);

describe('a network among the experts', () => {
  const { model } = new ArithmeticStepper({ horizon: 2, features: ['value'] });
  const random = new Random(3);
  const noise = Array.from({ length: 3000 }, () => random.normal());
  const tick = (n: number): Tick => ({ n, tMs: n * 1000, y: noise[n], stepMs: 1000, missing: 0, restart: n === 0 });

  /** Mean absolute error of the median over the second half, by horizon step, of a network that answers what `answer` says. */
  function errors(answer?: (n: number, h: number) => number): number[] {
    const network = answer && new RecurrentForecaster(model, { season: 0 });
    const forecaster = new SeriesForecaster({ horizon, levels, season: 0, ...(network && { network }) });
    const buffers: StepBuffers = stepBuffers(model, 1);
    const out = new Float64Array(horizon);
    const sums = [0, 0, 0];
    for (let n = 0; n < noise.length - horizon; n++) {
      if (network && answer) {
        forecaster.prepare(tick(n), buffers, 0);
        for (const h of [1, 2]) {
          const change = (answer(n, h) - noise[n]) / network.features.unit(h);
          buffers.y.fill(change, (h - 1) * 3, h * 3);
        }
        forecaster.accept(buffers, 0);
      } else forecaster.learnOne(tick(n));
      forecaster.median(out, 0);
      if (n < noise.length / 2) continue;
      for (let h = 1; h <= horizon; h++) sums[h - 1] += Math.abs(out[h - 1] - noise[n + h]);
    }
    return sums.map((sum) => sum / (noise.length / 2 - horizon));
  }
  const without = errors();

  it('is followed when it knows what they do not, and at its own horizon steps only', () => {
    const [first, second, third] = errors((n, h) => noise[n + h] + 0.05 * noise[n]);
    expect(first).toBeLessThan(0.15 * without[0]);
    expect(second).toBeLessThan(0.15 * without[1]);
    expect(third / without[2]).toBeCloseTo(1, 2);
  });

  it('tells weights that make the median of what experts and network say, and has none beyond its own horizon', () => {
    const network = new RecurrentForecaster(model, { season: 0 });
    const forecaster = new SeriesForecaster({ horizon, levels, season: 0, network });
    const buffers = stepBuffers(model, 1);
    const answers = [0, 0];
    for (let n = 0; n < 400; n++) {
      forecaster.prepare(tick(n), buffers, 0);
      for (const h of [1, 2]) {
        answers[h - 1] = 0.7 * noise[n + h] + 0.1 * noise[n];
        buffers.y.fill((answers[h - 1] - noise[n]) / network.features.unit(h), (h - 1) * 3, h * 3);
      }
      forecaster.accept(buffers, 0);
    }
    const [median, said, weights] = [new Float64Array(3), new Float64Array(3), new Float64Array(weighedNames.length)];
    forecaster.median(median, 0);
    for (let h = 1; h <= horizon; h++) {
      forecaster.weights(h, weights, 0);
      const own = weights[weighedNames.indexOf('network')];
      if (h <= 2) expect(own).toBeGreaterThan(0.5);
      else expect(own).toBe(0);
      let mixed = h <= 2 ? own * answers[h - 1] : 0;
      for (const [e, name] of expertNames.entries()) {
        forecaster.expert(name, said, 0);
        mixed += weights[e] * said[h - 1];
      }
      expect(mixed).toBeCloseTo(median[h - 1], 5);
    }
  });

  it('costs next to nothing when it knows nothing', () => {
    for (const answer of [(n: number) => 10 * noise[(n * 7) % 1000], () => 50, (n: number) => -3 * noise[n]]) {
      const found = errors(answer);
      for (let h = 0; h < horizon; h++) expect(found[h] / without[h]).toBeLessThan(1.02);
    }
  });
});
