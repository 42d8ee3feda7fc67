import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedTicks } from '../../../src/daemon/storedTicks.js';
import { featureWidth } from '../../../src/forecast/features.js';
import type { ModelMetadata } from '../../../src/forecast/modelContract.js';
import { type FineTuneOrder, fineTune, type LearningSeries } from '../../../src/learning/fineTune.js';
import { isTrainable } from '../../../src/learning/isTrainable.js';
import { learningPlan } from '../../../src/learning/learningPlan.js';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import { readSelfContained } from '../../../src/readSelfContained.js';
import { Random } from '../../../src/series/random.js';
import { commitBatch } from '../../support/commitBatch.js';
import { eventSettings } from '../../support/settings.js';
import { emptyBatch, minute, readingRow, StoreFixture, startMs } from '../../support/storeFixture.js';
import { runtime, swaying, ticksOf } from './support.js';

const recipe = { bptt: 24, lookback: 48, batch: 16, warmup: 100, patience: 8 };
const horizon = 4;

const orderOf = (series: LearningSeries, given: Pick<FineTuneOrder, 'incumbent'> & Partial<FineTuneOrder>) => ({
  ...({ name: 'own', version: 2, from: 'incumbent', depth: 'first', series: [series], seed: 7, recipe } as const),
  ...given,
});

describe('a PyTorch export whose metadata is in its sidecar', () => {
  it.each([
    ['torchGru', 'gru', ['h']],
    ['torchLstm', 'lstm', ['h', 'c']],
    ['torchNormLstm', 'layernorm-lstm', ['h1', 'c1', 'h2', 'c2']],
  ])('is tuned as it is, and what comes of it carries the metadata itself: %s', async (file, cell, states) => {
    const incumbent = await readSelfContained(new URL(`../../fixtures/${file}.onnx`, import.meta.url).pathname);
    const { metadata } = (await opened(incumbent)).model;
    const plan = learningPlan({
      ...{ trainable: isTrainable(incumbent, metadata.levels), isOwn: false, deepAt: 0, readings: 500 },
    });
    const { horizon } = metadata;
    const series = { seriesId: 'a', horizon, levels: [0.1, 0.5, 0.9], season: 0, ticks: ticksOf(swaying(500)) };
    const { candidate, verdict } = await fineTune({ ...orderOf(series, { incumbent, steps: 5 }), ...plan }, runtime);
    const tuned = (await opened(candidate)).model;
    expect(tuned.states.map(({ name }) => name)).toEqual(states);
    expect(tuned.metadata).toMatchObject({ ...metadata, cell, name: 'own', version: 2 });
    expect(verdict.figures.network).not.toBe(1);
    const [before, after] = [incumbent, candidate].map((bytes) => decodeModel(bytes).graph!);
    expect(after.node).toEqual(before.node);
  });
});

const opened = async (bytes: Uint8Array) => {
  const model = await runtime.openModel(bytes, 'candidate');
  await model.release();
  return model.stepper;
};

describe('a model that looks at another series', () => {
  const fixture = new StoreFixture();
  const length = 700;
  const cause = Array.from(
    new Float64Array(length),
    (
      (random) => () =>
        random.normal()
    )(new Random(2)),
  );
  const settings = {
    ...{ ...eventSettings, horizon, covariates: [{ name: 'cause', series: 'cause', known: 'past' as const }] },
  };
  const learned = async (given: Partial<LearningSeries> = {}): Promise<LearningSeries> => {
    const [series] = await storedTicks(fixture.path, ['effect'], 6000);
    return { ...series, ...given };
  };
  const incumbent = ((): Uint8Array => {
    const features = ['value', 'error', 'blend', 'covariate.cause'];
    const metadata: ModelMetadata = {
      ...{ contract: 1, cell: 'gru', features, target: 'residual', horizon, levels: [0.5] },
    };
    const network = architecture({
      ...{ cell: 'gru', inputSize: featureWidth(features, horizon), hiddenSize: 8, horizon, levels: [0.5] },
    });
    return encodeModel(buildStepModel(network, initialWeights(network, new Random(1)), { metadata }));
  })();

  beforeAll(async () => {
    const store = await fixture.open();
    const readings = Array.from({ length: 2 * length }, (_, i) => {
      const [tick, isEffect] = [i >> 1, i % 2];
      const [series, y] = isEffect ? [2, 20 + (cause[tick - 1] ?? 0)] : [1, cause[tick]];
      return readingRow(i + 1, series, startMs + tick * minute, y);
    });
    const rows = [
      { id: 1, seriesId: 'cause', settings: eventSettings },
      { id: 2, seriesId: 'effect', settings },
    ];
    await commitBatch(store, { ...emptyBatch, series: rows, readings });
  });
  afterAll(() => fixture.clean());

  it('is told with each step what was known of it then', async () => {
    const { ticks } = await learned();
    expect(ticks).toHaveLength(length);
    expect(ticks.map(({ covariates }) => covariates![0].now)).toEqual(cause);
  });

  it('learns from what that says', async () => {
    const { verdict, candidate } = await fineTune(orderOf(await learned(), { incumbent, steps: 200 }), runtime);
    expect(verdict.figures.network).toBeLessThan(0.8);
    const blind = (await learned()).ticks.map((tick) => ({ ...tick, covariates: [{ now: Number.NaN }] }));
    const without = await fineTune(orderOf(await learned({ ticks: blind }), { incumbent, steps: 200 }), runtime);
    expect(without.candidate).not.toEqual(candidate);
    expect(verdict.figures.network).toBeLessThan(0.8 * without.verdict.figures.network);
  });
});
