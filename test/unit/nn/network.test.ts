import { describe, expect, it } from 'vitest';
import { cells } from '../../../src/nn/cells/cells.js';
import { initialWeights, type Network, networkParameters, parameterSize } from '../../../src/nn/network.js';
import { Random } from '../../../src/series/random.js';

const network: Network = {
  cell: cells.lstm,
  inputSize: 5,
  hiddenSize: 16,
  horizon: 3,
  levels: [0.1, 0.5, 0.9],
  gated: [
    { from: 1, width: 3 },
    { from: 0, width: 1 },
  ],
  direct: false,
};

describe('initialWeights', () => {
  it('fills every parameter, the head with zeros and the cell within its bound', () => {
    const weights = initialWeights(network, new Random(1));
    expect(Object.keys(weights)).toEqual(['W', 'R', 'b', 'V', 'v', 'A', 'a']);
    for (const parameter of networkParameters(network)) {
      expect(weights[parameter.name]).toHaveLength(parameterSize(parameter));
    }
    expect(weights.V.some(Boolean) || weights.A.some(Boolean)).toBe(false);
    expect(Math.max(...weights.W.map(Math.abs))).toBeLessThanOrEqual(0.25);
    expect(Math.max(...weights.W.map(Math.abs))).toBeGreaterThan(0.2);
  });

  it('lets the forget gate of an LSTM start open', () => {
    const { b } = initialWeights(network, new Random(1));
    expect(Math.min(...b.slice(32, 48))).toBeGreaterThan(0.7);
    expect(Math.max(...b.slice(0, 32), ...b.slice(48))).toBeLessThan(0.3);
  });

  it('is the same for the same seed', () => {
    expect(initialWeights(network, new Random(4))).toEqual(initialWeights(network, new Random(4)));
  });
});
