import { describe, expect, it } from 'vitest';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { withLongMemory } from '../../../src/nn/longMemory.js';
import { Random } from '../../../src/series/random.js';

const hiddenSize = 200;
const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
const start = (cell: 'rnn' | 'gru' | 'lstm') => {
  const a = architecture({ cell, inputSize: 2, hiddenSize, layers: 2 });
  const weights = initialWeights(a, new Random(1));
  return { weights, changed: withLongMemory(a, weights, 100, new Random(2)) };
};

describe('withLongMemory', () => {
  it.each([
    ['gru', 0],
    ['lstm', 2 * hiddenSize],
  ] as const)('spreads what %s forgets in a step over times up to the longest', (cell, gate) => {
    const { changed } = start(cell);
    for (const layer of ['layer1.b', 'layer2.b']) {
      const times = Array.from(changed[layer].subarray(gate, gate + hiddenSize), (bias) => 1 / (1 - sigmoid(bias)) - 1);
      expect(Math.min(...times)).toBeGreaterThan(0.99);
      expect(Math.max(...times)).toBeLessThan(99.1);
      const mean = times.reduce((sum, time) => sum + time, 0) / hiddenSize;
      expect(Math.abs(mean - 50)).toBeLessThan(8.1); // four standard errors
    }
  });

  it('lets an LSTM write as little as it forgets', () => {
    const { changed } = start('lstm');
    const bias = changed['layer1.b'];
    for (let unit = 0; unit < hiddenSize; unit++) expect(bias[unit]).toBe(-bias[2 * hiddenSize + unit]);
  });

  it('changes nothing else, and not what it was given', () => {
    const before = start('gru').weights;
    const { weights, changed } = start('gru');
    expect(weights).toEqual(before);
    expect(changed['layer1.b'].subarray(hiddenSize)).toEqual(before['layer1.b'].subarray(hiddenSize));
    expect(changed['layer1.W']).toBe(weights['layer1.W']);
    const rnn = start('rnn');
    expect(rnn.changed).toEqual(rnn.weights);
  });
});
