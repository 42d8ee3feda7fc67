import { describe, expect, it } from 'vitest';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { squaredError } from '../../../src/nn/losses/squaredError.js';
import { sgd } from '../../../src/nn/optimisers/sgd.js';
import { constant } from '../../../src/nn/schedules/constant.js';
import { Random } from '../../../src/series/random.js';
import type { FloatArray, OpenGraph } from '../../../src/training/graphRunner.js';
import { StreamSource } from '../../../src/training/streamSource.js';
import { Trainer } from '../../../src/training/trainer.js';
import { TrainingRun, type TrainingRunOptions } from '../../../src/training/trainingRun.js';

const network = architecture({ cell: 'rnn', inputSize: 1, hiddenSize: 2 });
const step = buildStepModel(network, initialWeights(network, new Random(1)));
const sequence = { length: 40, x: new Float32Array(40), target: new Float32Array(40) };

/** A runtime whose every weight grows by the rate, and whose nth loss is what `lossOf` says. */
const runtime =
  (lossOf: (n: number) => number, rates: number[] = []): OpenGraph =>
  async () => ({
    run: async (feeds) => {
      rates.push(feeds.rate.data[0]);
      const loss = lossOf(rates.length);
      const grown = Object.entries(feeds).map(([name, { data, dims }]): [string, FloatArray] => [
        `${name}_next`,
        { data: data.map((value) => value + (Number.isFinite(loss) ? feeds.rate.data[0] : Number.NaN)), dims },
      ]);
      const number = (value: number): FloatArray => ({ data: Float32Array.of(value), dims: [] });
      return { ...Object.fromEntries(grown), loss: number(loss), norm: number(loss), clipped: number(0.25) };
    },
    release: async () => {},
  });

function runOf(openGraph: OpenGraph, options: Partial<TrainingRunOptions> = {}) {
  const given = { name: 'm', steps: 20, rate: 1, schedule: constant, evaluateEvery: 2, ...options };
  return new TrainingRun(given, (rate) => {
    const random = new Random(3);
    const source = new StreamSource({
      ...{ sequences: [sequence], steps: 4, batch: 2, lookback: 8, horizonWeights: [1], random: new Random(2) },
    });
    return new Trainer({
      step,
      source,
      loss: squaredError,
      lossOn: 'every',
      optimiser: sgd(),
      rate,
      random,
      openGraph,
    });
  });
}
const goOn = () => undefined;

describe('TrainingRun', () => {
  it('keeps the weights that were best on the held-out part, and ends when they improve no more', async () => {
    const losses = [5, 3, 4, 4, 4, 1];
    const seen: number[] = [];
    const evaluate = async (weights: Readonly<Record<string, Float32Array>>) => {
      seen.push(weights['layer1.R'][0]);
      return losses[seen.length - 1];
    };
    const outcome = await runOf(
      runtime(() => 1),
      { evaluate, patience: 3 },
    ).run(goOn);
    expect(outcome).toMatchObject({ ended: 'patience', steps: 10, bestStep: 4, heldOut: 3, clippedShare: 0.25 });
    expect(outcome.weights['layer1.R'][0]).toBe(seen[1]);
  });

  it('skips a step that is not finite: the weights stay, the rate is halved', async () => {
    const rates: number[] = [];
    const run = runOf(
      runtime((n) => (n === 3 || n === 4 || n === 7 ? Number.NaN : 1), rates),
      { steps: 9 },
    );
    const reports: boolean[] = [];
    const outcome = await run.run(({ skipped }) => void reports.push(skipped));
    expect(rates).toEqual([1, 1, 1, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125]);
    expect(reports).toEqual([false, false, true, true, false, false, true, false, false]);
    expect(outcome.skipped).toBe(3);
    expect(
      Object.values(outcome.weights)
        .flatMap((data) => [...data])
        .every(Number.isFinite),
    ).toBe(true);
  });

  it('ends after three such steps in a row, with the last good weights still there', async () => {
    const run = runOf(runtime((n) => (n > 4 ? Number.POSITIVE_INFINITY : 1)));
    await expect(run.run(goOn)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: 'loss or gradient was not finite at steps 5 to 7',
    });
    const start = initialWeights(network, new Random(1))['layer1.R'];
    const grown = [1, 2, 3, 4].reduce((data) => data.map((value) => value + 1), start);
    expect(run.trainer.weights['layer1.R']).toEqual(grown);
  });

  it('lowers the rate when the held-out loss stands still', async () => {
    const rates: number[] = [];
    const plateau = { factor: 0.1, patience: 1 };
    await runOf(
      runtime(() => 1, rates),
      { evaluate: async () => 1, plateau, steps: 12 },
    ).run(goOn);
    expect(rates.map((rate) => Number(rate.toPrecision(3)))).toEqual([
      1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01,
    ]);
  });

  it('stops when it is asked to, and goes on from its checkpoint as if it had not', async () => {
    const evaluate = async (weights: Readonly<Record<string, Float32Array>>) => Math.abs(weights['layer1.R'][0] - 7);
    const whole = await runOf(
      runtime(() => 1),
      { evaluate },
    ).run(goOn);
    const stopped = runOf(
      runtime(() => 1),
      { evaluate },
    );
    expect(await stopped.run(({ step }) => (step === 9 ? 'stopped' : undefined))).toMatchObject({ steps: 9 });
    const resumed = runOf(
      runtime(() => 1),
      { evaluate },
    );
    resumed.load(stopped.save({ anything: 1 }));
    expect(await resumed.run(goOn)).toEqual(whole);
  });
});
