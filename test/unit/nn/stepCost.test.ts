import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { stepCost } from '../../../src/nn/stepCost.js';
import { decodeModel } from '../../../src/onnx/codec.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { Random } from '../../../src/series/random.js';

const [I, H] = [5, 8];

const cost = (given: Partial<Architecture>): number => {
  const a = architecture({ cell: 'rnn', inputSize: I, hiddenSize: H, horizon: 3, levels: [0.1, 0.5, 0.9], ...given });
  return stepCost(readGraph(buildStepModel(a, initialWeights(a, new Random(1)))));
};

describe('stepCost', () => {
  const head = H * 9;

  it('is one multiply–add a weight for cells: RNN 1 gate, GRU 3, LSTM 4', () => {
    expect(cost({})).toBe(H * (I + H) + head);
    expect(cost({ cell: 'gru' })).toBe(3 * H * (I + H) + head);
    expect(cost({ cell: 'lstm' })).toBe(4 * H * (I + H) + head);
  });

  it('counts layers, decoder steps, and what attention looks at', () => {
    expect(cost({ layers: 3 }) - cost({ layers: 2 })).toBe(2 * H * H);
    expect(cost({ head: 'decoder' })).toBe(H * (I + H) + 3 * (H * (1 + H) + H * 3));
    const dot = H * H + 10 * H + 10 * H + 2 * H * H;
    expect(cost({ attention: 'dot', memory: 10 }) - cost({})).toBe(dot);
    expect(cost({ attention: 'additive', memory: 10 }) - cost({})).toBe(dot - 10 * H + 10 * H * H + 10 * H);
  });

  it('knows the fused operators that PyTorch exports', () => {
    const bytes = readFileSync(new URL('../../fixtures/torchGru.onnx', import.meta.url));
    expect(stepCost(readGraph(decodeModel(bytes)))).toBe(3 * 8 * (5 + 8) + 8 * 18);
  });
});
