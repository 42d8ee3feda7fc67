import { describe, expect, it } from 'vitest';
import { clipByValue } from '../../../src/nn/clipByValue.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

describe('clipByValue', () => {
  it('cuts each element to the limit and says how many it cut', () => {
    const g = new GraphBuilder('clip');
    const { gradients, share } = clipByValue(g, [g.input('a', [3]), g.input('b', [1])], 2);
    const values = interpretGraph(g, { a: [1, -5, 2], b: [3] });
    expect(gradients.map((name) => values.get(name)!.data)).toEqual([[1, -2, 2], [2]]);
    expect(values.get(share)!.data).toEqual([0.5]);
  });
});
