import { describe, expect, it } from 'vitest';
import { components } from '../../../../src/onnx/recurrence/components.js';

const found = (edges: Record<string, string>): string[] =>
  components(Object.keys(edges), (vertex) => [...edges[vertex]]).map((part) => part.join(''));

describe('components', () => {
  it('gives every vertex of a graph without cycles for itself, after what it points to', () => {
    expect(found({ a: 'b', b: 'cd', c: 'd', d: '' })).toEqual(['d', 'c', 'b', 'a']);
  });

  it('keeps a cycle together, in the order of the vertices', () => {
    expect(found({ a: 'b', b: 'c', c: 'ad', d: '', e: 'c' })).toEqual(['d', 'abc', 'e']);
  });

  it('joins cycles that share a vertex and keeps apart those that do not', () => {
    expect(found({ a: 'b', b: 'ac', c: 'bd', d: 'e', e: 'd' })).toEqual(['de', 'abc']);
  });

  it('takes a vertex that points to itself as any other', () => {
    expect(found({ a: 'ab', b: '' })).toEqual(['b', 'a']);
  });
});
