import { describe, expect, it } from 'vitest';
import { learnTask } from '../../../bench/cells/learnTask.js';
import { lagTasks } from '../../../bench/cells/tasks.js';
import { createGraphRunner } from '../../../src/inference/graphRunner.js';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { Random } from '../../../src/series/random.js';
import { gradientsByLag } from '../../../src/training/gradientsByLag.js';
import { SequenceSource } from '../../../src/training/sequenceSource.js';

const lag = 40;
const random = new Random(12);
const sequences = Array.from({ length: 32 }, () => lagTasks.adding.sequence(lag, random));
const batch = new SequenceSource({
  ...{ sequences, batch: 32, batching: 'pad', steps: 'full', horizonWeights: [1] },
}).next();

describe('gradientsByLag', () => {
  it('shows that RNN loses the gradient of a long dependency where GRU and LSTM keep it', async () => {
    const kept: Record<string, number> = {};
    for (const cell of ['rnn', 'gru', 'lstm'] as const) {
      const { model, share } = await learnTask({
        ...{ task: 'adding', cell, lag, hidden: 16, steps: 400, rate: 0.01, batch: 32, seed: 1 },
      });
      const byState = await gradientsByLag(model, batch, [0.5], createGraphRunner);
      expect(byState.every(({ norms }) => norms.length === lag + 1 && norms.every(Number.isFinite))).toBe(true);
      const size = (at: number): number => Math.hypot(...byState.map(({ norms }) => norms[at]));
      kept[cell] = size(30) / size(0);
      process.stdout.write(
        `${cell}: knows ${share.toFixed(3)}, gradient kept over 30 steps ${kept[cell].toExponential(2)}\n`,
      );
    }
    expect(kept.gru).toBeGreaterThan(20 * kept.rnn);
    expect(kept.lstm).toBeGreaterThan(20 * kept.rnn);
  });

  it('begins with the slope of the head', async () => {
    const network = architecture({ cell: 'gru', inputSize: 2, hiddenSize: 3 });
    const weights = initialWeights(network, new Random(2));
    for (const i of weights['head.V'].keys()) weights['head.V'][i] = 0.5 - 0.4 * i;
    const step = buildStepModel(network, weights);
    const sequence = lagTasks.adding.sequence(6, new Random(4));
    const one = new SequenceSource({
      ...{ sequences: [sequence], batch: 1, batching: 'pad', steps: 'full', horizonWeights: [1] },
    }).next();
    const [{ norms }] = await gradientsByLag(step, one, [0.5], createGraphRunner);
    // At lag 0 pinball at level 0.5 is half the absolute error: dL/dh = ½·sign·V
    expect(norms[0]).toBeCloseTo(0.5 * Math.hypot(...weights['head.V']), 5);
  });
});
