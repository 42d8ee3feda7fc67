import { describe, expect, it } from 'vitest';
import { Blend } from '../../../src/forecast/blend.js';
import { Random } from '../../../src/series/random.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';

interface Play {
  readonly loss: number; // of the mixture
  readonly experts: readonly number[]; // losses
}

/** Plays `steps` rounds: `forecasts` are asked first, then the adversary `answers`, seeing them and the mixture. */
function play(
  blend: Blend,
  steps: number,
  forecasts: (t: number) => readonly number[],
  answers: (t: number, issued: readonly number[], mixture: number) => number,
  loss: (error: number) => number,
): Play {
  const { experts, horizon } = blend;
  const total = { loss: 0, experts: new Array<number>(experts).fill(0) };
  const past: { mixed: number; issued: readonly number[] }[] = [];
  const out = new Float64Array(horizon);
  for (let t = 0; t < steps; t++) {
    const before = past[t - horizon];
    const y = before ? answers(t, before.issued, before.mixed) : Number.NaN;
    if (before) {
      total.loss += loss(before.mixed - y);
      for (let e = 0; e < experts; e++) total.experts[e] += loss(before.issued[e] - y);
    }
    blend.learn(y, 0, 0);
    const issued = forecasts(t);
    const all = Float64Array.from({ length: experts * horizon }, (_, i) => issued[Math.floor(i / horizon)]);
    blend.mix(all, 0, out, 0);
    blend.issue(all, 0);
    past.push({ mixed: out[horizon - 1], issued });
  }
  return total;
}

const steps = 4000;
const experts = 4;

/** Sequences against which following the leader, or any fixed choice, fails. Forecasts and values lie in [0, 1]. */
const adversaries: Record<
  string,
  (seed: number) => {
    forecasts: (t: number) => number[];
    answers: (t: number, issued: readonly number[], mixture: number) => number;
  }
> = {
  'the leader is always wrong next': () => ({
    forecasts: (t) => [t % 2, (t + 1) % 2, 0.5, t % 4 < 2 ? 1 : 0],
    answers: (t) => (t % 3 === 0 ? 1 : 0),
  }),
  'the value lies as far from the mixture as it can': () => ({
    forecasts: () => [0, 1, 0.25, 0.75],
    answers: (_, __, mixture) => (mixture >= 0.5 ? 0 : 1),
  }),
  'the best expert changes half way': (seed) => {
    const random = new Random(seed);
    return {
      forecasts: () => Array.from({ length: experts }, () => random.uniform()),
      answers: (t, issued) => issued[t < steps / 2 ? 0 : 1],
    };
  },
  noise: (seed) => {
    const random = new Random(seed);
    return {
      forecasts: () => Array.from({ length: experts }, () => random.uniform()),
      answers: () => random.uniform(),
    };
  },
};

function weight(blend: Blend, mixture: number, expert: number, h: number): number {
  const weights = new Float64Array(blend.experts);
  blend.weights(mixture, h, weights, 0);
  return weights[expert];
}

describe('Blend', () => {
  for (const [name, adversary] of Object.entries(adversaries)) {
    it.each([1, 6])(`loses at most 4·√(E·T·h) more than the best expert: ${name}, %d steps ahead`, (horizon) => {
      const { forecasts, answers } = adversary(7);
      const blend = new Blend({ experts, horizon, softness: [0], discounts: [1] });
      const { loss, experts: theirs } = play(blend, steps, forecasts, answers, Math.abs);
      expect(loss - Math.min(...theirs)).toBeLessThan(4 * Math.sqrt(experts * steps * horizon));
    });
  }

  it('beats every single expert where a mixture does', () => {
    const random = new Random(3);
    let y = 0;
    const blend = new Blend({ experts: 2, horizon: 1, softness: [0] });
    const { loss, experts: theirs } = play(
      blend,
      steps,
      () => [(y = random.normal()) + 1, y - 1],
      () => y,
      Math.abs,
    );
    expect(loss).toBeLessThan(0.1 * Math.min(...theirs));
  });

  it('comes to trust the better expert, at the step where it is better', () => {
    const random = new Random(4);
    const blend = new Blend({ experts: 2, horizon: 2, softness: [0, 3] });
    const values = Array.from({ length: 500 }, () => random.normal());
    for (let t = 0; t + 2 < values.length; t++) {
      blend.learn(values[t], 0, 0);
      const good = (h: number) => values[t + h] + 0.1 * random.normal();
      blend.issue(Float64Array.of(good(1), 3 * random.normal(), 3 * random.normal(), good(2)), 0);
    }
    for (const mixture of [0, 1]) {
      expect(weight(blend, mixture, 0, 1)).toBeGreaterThan(0.9);
      expect(weight(blend, mixture, 1, 2)).toBeGreaterThan(0.9);
      expect(weight(blend, mixture, 0, 1) + weight(blend, mixture, 1, 1)).toBeCloseTo(1);
    }
  });

  it('forgets for each mixture by its own discount', () => {
    const random = new Random(6);
    const blend = new Blend({ experts: 2, horizon: 1, softness: [0, 0], discounts: [0.9, 1] });
    const all = Float64Array.of(0, 1);
    for (let t = 0; t < 430; t++) {
      blend.learn((t < 400 ? 0 : 1) + 0.7 * random.normal(), 0, 0);
      blend.issue(all, 0);
    }
    expect(weight(blend, 0, 1, 1)).toBeGreaterThan(0.8);
    expect(weight(blend, 1, 1, 1)).toBeLessThan(0.6);
  });

  it('aims at the median with the absolute loss and at the mean with the squared one', () => {
    const random = new Random(5);
    const blend = new Blend({ experts: 2, horizon: 1, softness: [0, 1e6], discounts: [1, 1] });
    const all = Float64Array.of(0, 10);
    const found = [0, 0];
    const out = new Float64Array(1);
    for (let t = 0; t < 20_000; t++) {
      blend.learn(random.chance(0.3) ? 10 : 0, 0, 0); // median 0, mean 3
      for (const m of [0, 1]) {
        blend.mix(all, m, out, 0);
        if (t >= 10_000) found[m] += out[0] / 10_000;
      }
      blend.issue(all, 0);
    }
    expect(found[0]).toBeLessThan(0.5);
    expect(Math.abs(found[1] - 3)).toBeLessThan(0.5);
  });

  it('learns nothing from missing values, from ticks left out, and from what was dropped', () => {
    const make = () => {
      const blend = new Blend({ experts: 2, horizon: 2, softness: [0] });
      blend.learn(Number.NaN, 0, 0);
      blend.issue(Float64Array.of(1, 1, 5, 5), 0);
      return blend;
    };
    const weights = (blend: Blend) => [1, 2].map((h) => weight(blend, 0, 0, h));
    const [missing, skipped, dropped, heard] = [make(), make(), make(), make()];
    missing.learn(Number.NaN, 0, 0);
    skipped.learn(1, 0, 2);
    dropped.drop();
    dropped.learn(1, 0, 0);
    heard.learn(1, 0, 0);
    for (const blend of [missing, skipped, dropped]) expect(weights(blend)).toEqual([0.5, 0.5]);
    expect(weights(heard)).toEqual([1, 0.5]);
  });

  it('weighs the same in any unit and at any distance from zero', () => {
    const weights = [1, 1e6, 1e-6].map((unit) => {
      const random = new Random(6);
      const blend = new Blend({ experts: 3, horizon: 1, softness: [0, 3] });
      const far = 1e9 * unit;
      for (let t = 0; t < 300; t++) {
        blend.learn(far + unit * random.normal(), far, 0);
        blend.issue(
          Float64Array.from({ length: 3 }, (_, e) => far + unit * random.normal() * (e + 1)),
          far,
        );
      }
      return [0, 1].flatMap((m) => [0, 1, 2].map((e) => weight(blend, m, e, 1)));
    });
    for (const other of [1, 2]) for (const [i, w] of weights[other].entries()) expect(w).toBeCloseTo(weights[0][i], 3);
  });

  it('goes on after a snapshot as if there had been none', () => {
    const random = new Random(8);
    const make = () => new Blend({ experts: 3, horizon: 4, softness: [0, 3] });
    const blend = make();
    const step = (one: Blend, y: number, all: Float64Array) => {
      one.learn(y, 1, 0);
      one.issue(all, 1);
    };
    const next = () => Float64Array.from({ length: 12 }, () => random.normal());
    for (let t = 0; t < 30; t++) step(blend, random.normal(), next());
    const bytes = (one: Blend) => {
      const writer = new SnapshotWriter();
      one.save(writer);
      return writer.bytes();
    };
    const loaded = make();
    loaded.load(new SnapshotReader(bytes(blend)));
    for (let t = 0; t < 9; t++) {
      const [y, all] = [random.normal(), next()];
      for (const one of [blend, loaded]) step(one, y, all);
    }
    expect(bytes(loaded)).toEqual(bytes(blend));
  });
});
