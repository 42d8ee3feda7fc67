import { describe, expect, it } from 'vitest';
import { sgd } from '../../../../src/nn/optimisers/sgd.js';
import { GraphBuilder } from '../../../../src/onnx/graphBuilder.js';
import { interpretGraph } from '../../../reference/interpretGraph.js';

/** Where one step from 2 with slope 0 ends, for a matrix and for a vector. */
function decayed(options: Parameters<typeof sgd>[0]): number[] {
  const g = new GraphBuilder('sgd');
  const optimiser = sgd(options);
  const shared = optimiser.prepare(g, g.input('rate', []), g.input('t', []));
  const next = [
    [1, 2],
    [2, 2],
  ].map((shape, i) => {
    const value = g.input(`w${i}`, shape);
    return optimiser.update(g, { name: `w${i}`, value, slots: {}, gradient: g.input(`d${i}`, shape) }, shared).value;
  });
  const feeds = { rate: [0.5], t: [1], w0: [2, 2], d0: [0, 0], w1: [2, 2, 2, 2], d1: [0, 0, 0, 0] };
  const values = interpretGraph(g, feeds);
  return next.map((name) => values.get(name)!.data[0]);
}

describe('sgd', () => {
  it('decays matrices, and vectors such as biases only when asked to', () => {
    expect(decayed({ weightDecay: 0.25 })).toEqual([2, 1.75]);
    expect(decayed({ weightDecay: 0.25, decayVectors: true })).toEqual([1.75, 1.75]);
    expect(decayed({})).toEqual([2, 2]);
  });

  it('refuses Nesterov without momentum', () => {
    expect(() => sgd({ nesterov: true })).toThrow('nesterov needs a momentum');
  });
});
