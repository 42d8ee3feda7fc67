import { describe, expect, it } from 'vitest';
import { clipByGlobalNorm } from '../../../src/nn/clipByGlobalNorm.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

const clip = (limit: number): { norm: number; gradients: number[] } => {
  const g = new GraphBuilder('clip');
  const { norm, gradients } = clipByGlobalNorm(g, [g.input('a', [2]), g.input('b', [1])], limit);
  const values = interpretGraph(g, { a: [2, 4], b: [-4] });
  return { norm: values.get(norm)!.data[0], gradients: gradients.flatMap((name) => [...values.get(name)!.data]) };
};

describe('clipByGlobalNorm', () => {
  it('shrinks all gradients together to the limit and keeps their direction', () => {
    expect(clip(3)).toEqual({ norm: 6, gradients: [1, 2, -2] });
  });

  it('leaves gradients within the limit alone', () => {
    expect(clip(6)).toEqual({ norm: 6, gradients: [2, 4, -4] });
    expect(clip(100)).toEqual({ norm: 6, gradients: [2, 4, -4] });
  });
});
