import { describe, expect, it } from 'vitest';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { architectureOf } from '../../../src/nn/architectureOf.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel, type StepModelOptions } from '../../../src/nn/buildStepModel.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { Random } from '../../../src/series/random.js';

const small = { cell: 'gru', inputSize: 3, hiddenSize: 4, horizon: 2, levels: [0.1, 0.5, 0.9] } as const;

const build = (given: Partial<Architecture>, options?: StepModelOptions) => {
  const a = architecture({ ...small, ...given });
  return buildStepModel(a, initialWeights(a, new Random(1)), options);
};

const values = (given: Partial<Architecture>, options?: StepModelOptions): [string[], string[]] => {
  const { inputs, outputs } = readGraph(build(given, options));
  const show = ({ name, shape }: { name: string; shape: readonly (string | number)[] }) => `${name} [${shape}]`;
  return [inputs.map(show), outputs.map(show)];
};

describe('buildStepModel', () => {
  it('deploys x and the states, and nothing that is for training', () => {
    expect(values({ dropout: 0.5, inputNorm: 'batch', layers: 2 })).toEqual([
      ['x [batch,3]', 'h [batch,4]', 'h2 [batch,4]'],
      ['y [batch,2,3]', 'h_next [batch,4]', 'h2_next [batch,4]'],
    ]);
  });

  it('gives the training variant its masks, and takes from it what running statistics become', () => {
    const [inputs, outputs] = values({ dropout: 0.5, inputNorm: 'batch', layers: 2 }, { training: true, masked: true });
    expect(inputs).toEqual([
      'x [batch,3]',
      'alive [batch,1]',
      'dropout.1 [batch,4]',
      'dropout.2 [batch,4]',
      'h [batch,4]',
      'h2 [batch,4]',
    ]);
    expect(outputs).toContain('norm.mean_next [3]');
    expect(outputs).toContain('norm.variance_next [3]');
  });

  it('carries the memory of attention as states, and says what is looked at', () => {
    const [inputs, outputs] = values({ attention: 'dot', memory: 7 });
    expect(inputs.slice(2)).toEqual(['memory [batch,7,4]', 'filled [batch,7]']);
    expect(outputs.at(-1)).toBe('attention [batch,7]');
  });

  it('lets only a decoder be taught', () => {
    expect(values({ head: 'decoder' }, { taught: true })[0].slice(2)).toEqual(['teacher [batch,2]', 'coin [batch,2]']);
    expect(() => build({}, { taught: true })).toThrow('only a decoder can be taught');
  });

  it('writes down what it built', () => {
    const a = architecture({ ...small, attention: 'additive' });
    expect(architectureOf(build(a))).toEqual(a);
    expect(architectureOf({ ...build(a), metadataProps: [] })).toBeUndefined();
  });

  it('refuses the weights of another architecture, by name', () => {
    const a = architecture(small);
    const weights = initialWeights({ ...a, hiddenSize: 5 }, new Random(1));
    expect(() => buildStepModel(a, weights)).toThrow('layer1.W must have 36 numbers, got 45');
  });
});
