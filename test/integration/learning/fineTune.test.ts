import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FineTuneOrder, fineTune, type LearningSeries } from '../../../src/learning/fineTune.js';
import { isTrainable } from '../../../src/learning/isTrainable.js';
import { learningPlan } from '../../../src/learning/learningPlan.js';
import { decodeCheckpoint } from '../../../src/training/checkpoint.js';
import { forgetful, runtime, swaying, tentMap, ticksOf, withoutGradient } from './support.js';

const base = new Uint8Array(readFileSync(new URL('../../../models/gru-base.onnx', import.meta.url)));
const small = { firstSteps: 100, bptt: 24, lookback: 48, hiddenSize: 16, batch: 16, patience: 8 };

const seriesOf = (values: readonly number[]): LearningSeries => ({
  ...{ seriesId: 'a', horizon: 4, levels: [0.1, 0.5, 0.9], season: 0, ticks: ticksOf(values) },
});

const orderOf = (values: readonly number[], given: Partial<FineTuneOrder> = {}): FineTuneOrder => ({
  ...{
    name: 'own',
    version: 2,
    incumbent: base,
    from: 'fresh',
    depth: 'first',
    series: [seriesOf(values)],
    seed: 7,
    recipe: small,
  },
  ...given,
});

describe('fineTune', () => {
  it('finds what the experts leave over, is promoted for it, and goes on from there', async () => {
    const values = tentMap(1000);
    const first = await fineTune(orderOf(values), runtime);
    expect(first.verdict.promoted).toBe(true);
    expect(first.verdict.figures.near).toBeLessThan(0.9);
    const { candidate: incumbent, memory } = first;
    const again = await fineTune(
      orderOf(values, { incumbent, memory, from: 'incumbent', depth: 'again', steps: 20 }),
      runtime,
    );
    expect(again.steps).toBe(20);
    expect(decodeCheckpoint(memory).about).toEqual({ updates: first.steps });
    expect(decodeCheckpoint(again.memory).about).toEqual({ updates: first.steps + 20 });
    expect(again.verdict.figures.network).toBeLessThan(1.2); // what it knew is not forgotten
    const opened = await runtime.openModel(again.candidate, 'again');
    expect(opened.stepper.model).toMatchObject({ name: 'own', version: 2, metadata: { target: 'residual' } });
    await opened.release();
  });

  it('gives the same candidate for the same order, and another for another seed', async () => {
    const order = orderOf(tentMap(600), { steps: 10 });
    const [one, two, other] = [
      await fineTune(order, runtime),
      await fineTune(order, runtime),
      await fineTune({ ...order, seed: 8 }, runtime),
    ];
    expect(two.candidate).toEqual(one.candidate);
    expect(two.verdict).toEqual(one.verdict);
    expect(other.candidate).not.toEqual(one.candidate);
  });

  it('lets nothing that it is judged by into the weights', async () => {
    const values = tentMap(600);
    const others = [...values.slice(0, 540), ...tentMap(60, 5).map((y) => 10 * y)];
    const earlier = values.map((y, i) => (i === 300 ? y + 0.1 : y));
    const [one, tail, middle] = [
      await fineTune(orderOf(values, { steps: 10 }), runtime),
      await fineTune(orderOf(others, { steps: 10 }), runtime),
      await fineTune(orderOf(earlier, { steps: 10 }), runtime),
    ];
    expect(tail.candidate).toEqual(one.candidate);
    expect(tail.verdict).not.toEqual(one.verdict);
    expect(middle.candidate).not.toEqual(one.candidate);
  });

  it('is judged after a drift by what came since, of which nothing gets into the weights, and learns from the rest of it', async () => {
    const values = tentMap(600);
    const order = (given: readonly number[]): FineTuneOrder => orderOf(given, { steps: 10, sinceDrift: 200 });
    const late = (from: number): number[] => [...values.slice(0, from), ...tentMap(600 - from, 5).map((y) => 10 * y)];
    const [one, plain, tail, learned] = [
      await fineTune(order(values), runtime),
      await fineTune(orderOf(values, { steps: 10 }), runtime),
      await fineTune(order(late(552)), runtime),
      await fineTune(order(late(500)), runtime),
    ];
    expect(one.verdict.figures.values).toBe(47);
    expect(plain.verdict.figures.values).toBe(59);
    expect(one.candidate).not.toEqual(plain.candidate);
    expect(tail.candidate).toEqual(one.candidate);
    expect(tail.verdict).not.toEqual(one.verdict);
    expect(learned.candidate).not.toEqual(one.candidate);
  });

  it('is not taken in by a network that is right in windows and useless when its state is carried', async () => {
    const wave = swaying(1200);
    const honest = { from: 'incumbent', incumbent: forgetful(1e6, 4), depth: 'again', steps: 100 } as const;
    const recipe = { ...small, rate: 3e-2, patience: 20 };
    const good = await fineTune(orderOf(wave, { ...honest, recipe }), runtime);
    const trap = await fineTune(orderOf(wave, { ...honest, recipe, incumbent: forgetful(600, 4) }), runtime);
    expect(trap.chosenLoss).toBeCloseTo(good.chosenLoss!, 6);
    expect(trap.verdict.promoted).toBe(false);
    expect(trap.verdict.reason).toMatch(/rolled out it is .* worse than seasonal naive/);
    expect(good.verdict.figures.seasonal).toBeLessThan(0.5);
  });

  it('learns from several series at once, each in its own units', async () => {
    const wide = tentMap(700, 2).map((y) => 1000 * y - 400);
    const series = [seriesOf(tentMap(700)), { ...seriesOf(wide), seriesId: 'b' }];
    const { verdict } = await fineTune(orderOf([], { series, steps: 20 }), runtime);
    expect(verdict.figures.values).toBe(2 * 69);
  });

  it('learns from a series with gaps', async () => {
    const gappy = ticksOf(tentMap(900)).map((tick) => (tick.n % 7 === 3 ? { ...tick, y: Number.NaN } : tick));
    const series = [{ ...seriesOf([]), ticks: gappy }];
    const { verdict } = await fineTune(orderOf([], { series, steps: 20 }), runtime);
    expect(Object.values(verdict.figures).every(Number.isFinite)).toBe(true);
  });

  it('says when there is too little to learn from', async () => {
    await expect(fineTune(orderOf(tentMap(25)), runtime)).rejects.toMatchObject({ code: 'LEARNING_TOO_FEW' });
  });

  it('refuses a model of which nothing can be trained, which makes room for a network of its own', async () => {
    expect([withoutGradient(), base].map((model) => isTrainable(model, [0.5]))).toEqual([false, true]);
    const lineage = { isOwn: false, deepAt: 0, readings: 600 };
    expect(learningPlan({ ...lineage, trainable: false })).toEqual({ from: 'fresh', depth: 'first' });
    await expect(
      fineTune(orderOf(tentMap(600), { incumbent: withoutGradient(), from: 'incumbent', steps: 5 }), runtime),
    ).rejects.toMatchObject({ code: 'MODEL_UNTRAINABLE', message: expect.stringContaining('no weight') });
  });

  it('ends where it is told to', async () => {
    let breaths = 0;
    const stop = new Error('stopped');
    const breathe = async (): Promise<void> => {
      if (++breaths === 5) throw stop;
    };
    await expect(fineTune(orderOf(tentMap(600)), { ...runtime, breathe })).rejects.toBe(stop);
  });
});
