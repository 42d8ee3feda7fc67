import { describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../../../src/forecast/modelContract.js';
import type { StepBuffers, Stepper } from '../../../../src/forecast/stepper.js';
import { checkLatency } from '../../../../src/registry/admission/checkLatency.js';
import { checkRuns, trialRows } from '../../../../src/registry/admission/checkRuns.js';

const model: LoadedModel = {
  ...{ name: 'm', version: 1, sha256: '', path: '', featureWidth: 2 },
  metadata: { contract: 1, cell: 'rnn', features: ['value', 'diff'], target: 'change', horizon: 1, levels: [0.5] },
  states: [{ name: 'h', dims: [-1, 1], batchAxis: 0, size: 1 }],
};

/** h' = tanh(x₀ + h/2), y = h' + x₁, with something done to each row. */
const stepper = (spoil: (row: number, input: StepBuffers, batch: number) => void = () => {}): Stepper => ({
  model,
  maxBatch: trialRows,
  async step(batch, input) {
    const [h] = input.states;
    for (let row = 0; row < batch; row++) {
      h[row] = Math.tanh(input.x[2 * row] + h[row] / 2);
      input.y[row] = h[row] + input.x[2 * row + 1];
      spoil(row, input, batch);
    }
  },
});

describe('checkRuns', () => {
  it('finds nothing against a function of its inputs and its state', async () => {
    await expect(checkRuns(stepper())).resolves.toBeUndefined();
  });

  it('refuses a model that draws', async () => {
    let calls = 0;
    const drawing = stepper((row, { y }) => void (y[row] += ++calls * 1e-3));
    await expect(checkRuns(drawing)).rejects.toMatchObject({ code: 'determinism' });
  });

  it('refuses a model that remembers beside its state', async () => {
    let last = 0;
    const remembering = stepper((row, { y, x }) => {
      y[row] += last;
      last = x[2 * row];
    });
    await expect(checkRuns(remembering)).rejects.toMatchObject({ code: 'determinism' });
  });

  it.each([1, 2, 7])('refuses a model that answers otherwise in batches of %i, be it in the last bit', async (odd) => {
    const batchwise = stepper((row, { states: [h] }, batch) => {
      if (batch === odd) h[row] = Math.fround(h[row] * (1 + 2 ** -23));
    });
    await expect(checkRuns(batchwise)).rejects.toMatchObject({ code: 'batch' });
  });

  it('refuses a state that is no number, though the answer is one', async () => {
    const lost = stepper((row, { states: [h], x }) => {
      if (x[2 * row] > 20) h[row] = Number.NaN;
    });
    await expect(checkRuns(lost)).rejects.toMatchObject({ code: 'output' });
  });
});

describe('checkLatency', () => {
  const busy = (ms: number): Stepper =>
    stepper(() => {
      const before = process.cpuUsage();
      const spentMs = (): number => {
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      };
      while (spentMs() < ms);
    });

  it('lets a step within its budget pass', async () => {
    await expect(checkLatency(stepper(), 50)).resolves.toBeUndefined();
  });

  it('refuses a step that takes longer every time, with both figures', async () => {
    await expect(checkLatency(busy(5), 2)).rejects.toMatchObject({
      code: 'latency',
      message: expect.stringMatching(/^a step of one series takes \d+\.\d ms, more than 2 ms$/),
    });
  });
});
