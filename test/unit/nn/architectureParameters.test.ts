import { describe, expect, it } from 'vitest';
import { architecture } from '../../../src/nn/architecture.js';
import {
  architectureParameters,
  initialWeights,
  parameterCount,
  stateNames,
} from '../../../src/nn/architectureParameters.js';
import { parameterSize } from '../../../src/nn/parameter.js';
import { Random } from '../../../src/series/random.js';

const lstm = architecture({
  cell: 'lstm',
  inputSize: 5,
  hiddenSize: 16,
  horizon: 3,
  levels: [0.1, 0.5, 0.9],
  gated: [
    { from: 1, width: 3 },
    { from: 0, width: 1 },
  ],
});

describe('initialWeights', () => {
  it('fills every parameter, the head with zeros and the cell within its bound', () => {
    const weights = initialWeights(lstm, new Random(1));
    const names = ['layer1.W', 'layer1.R', 'layer1.b', 'head.V', 'head.v', 'head.A', 'head.a'];
    expect(Object.keys(weights)).toEqual(names);
    for (const parameter of architectureParameters(lstm)) {
      expect(weights[parameter.name]).toHaveLength(parameterSize(parameter));
    }
    expect(weights['head.V'].some(Boolean) || weights['head.A'].some(Boolean)).toBe(false);
    expect(Math.max(...weights['layer1.W'].map(Math.abs))).toBeLessThanOrEqual(0.25);
    expect(Math.max(...weights['layer1.W'].map(Math.abs))).toBeGreaterThan(0.2);
  });

  it('lets the forget gates of every layer of an LSTM start open', () => {
    const weights = initialWeights({ ...lstm, layers: 2 }, new Random(1));
    for (const b of [weights['layer1.b'], weights['layer2.b']]) {
      expect(Math.min(...b.slice(32, 48))).toBeGreaterThan(0.7);
      expect(Math.max(...b.slice(0, 32), ...b.slice(48))).toBeLessThan(0.3);
    }
  });

  it('starts gains and variances at 1, means at 0 and learned slopes at a quarter', () => {
    const a = architecture({
      cell: 'lstm',
      inputSize: 3,
      hiddenSize: 2,
      inputNorm: 'batch',
      cellNorm: 'layer',
      cellActivation: 'prelu',
    });
    const weights = initialWeights(a, new Random(1));
    for (const name of ['norm.gain', 'norm.variance', 'layer1.gainX', 'layer1.gainH', 'layer1.gainC']) {
      expect(new Set(weights[name]), name).toEqual(new Set([1]));
    }
    for (const name of ['norm.bias', 'norm.mean', 'layer1.biasC']) {
      expect(new Set(weights[name]), name).toEqual(new Set([0]));
    }
    expect([...weights['layer1.slope']]).toEqual([0.25, 0.25]);
  });

  it('is the same for the same seed', () => {
    expect(initialWeights(lstm, new Random(4))).toEqual(initialWeights(lstm, new Random(4)));
  });
});

describe('parameterCount', () => {
  const count = (given: Partial<typeof lstm>): number =>
    parameterCount(architecture({ cell: 'rnn', inputSize: 3, hiddenSize: 4, ...given }));

  it('grows with the gates of the cell: RNN 1, GRU 3 and one bias more, LSTM 4', () => {
    const gate = 3 * 4 + 4 * 4 + 4;
    const head = 4 + 1;
    expect(count({})).toBe(gate + head);
    expect(count({ cell: 'gru' })).toBe(3 * gate + 4 + head);
    expect(count({ cell: 'lstm' })).toBe(4 * gate + head);
  });

  it('leaves out running statistics, which no gradient sets', () => {
    expect(count({ inputNorm: 'batch' }) - count({})).toBe(2 * 3);
  });
});

describe('stateNames', () => {
  it('calls the states of one layer as the contract does, and numbers those above', () => {
    expect(stateNames(lstm)).toEqual(['h', 'c']);
    expect(stateNames({ ...lstm, layers: 3, attention: 'dot' })).toEqual([
      'h',
      'c',
      'h2',
      'c2',
      'h3',
      'c3',
      'memory',
      'filled',
    ]);
  });
});

describe('architecture', () => {
  it('refuses what cannot be built, and says what was expected', () => {
    const small = { cell: 'gru', inputSize: 3, hiddenSize: 4 } as const;
    expect(() => architecture({ ...small, layers: 5 })).toThrow('layers must be 1 to 4, got 5');
    expect(() => architecture({ ...small, dropout: 1 })).toThrow('dropout must be within [0, 1), got 1');
    expect(() => architecture({ ...small, hiddenSize: 0 })).toThrow('hiddenSize must be a positive integer, got 0');
    expect(() => architecture({ ...small, cell: 'elman' as 'rnn' })).toThrow('cell must be one of rnn, gru, lstm');
    expect(() => architecture({ ...small, classes: 3, horizon: 2 })).toThrow('a classifier has horizon 1');
    expect(() => architecture({ ...small, gated: [{ from: 2, width: 2 }], horizon: 2 })).toThrow('outside x');
    expect(() => architecture({ ...small, start: 3 })).toThrow('start must be −1 or a column of x, got 3');
  });
});
