import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../../../src/onnx/graphNode.js';
import { outgrowsCache, stepwiseNodes } from '../../../../src/onnx/recurrence/stepwiseNodes.js';

const node = (output: string, ...inputs: string[]): GraphNode => ({
  opType: 'Add',
  inputs,
  outputs: [output],
  attributes: {},
});

describe('stepwiseNodes', () => {
  const [sums, slope, factor, loop, after] = [
    node('sums', 'x'),
    node('slope', 'sums'),
    node('factor', 'slope'),
    node('h', 'factor', 'h'),
    node('gradient', 'h', 'sums'),
  ];
  const live = [sums, slope, factor, loop, after];
  const before = ({ inputs }: GraphNode): GraphNode[] => live.filter(({ outputs }) => inputs.includes(outputs[0]));
  const found = (may: (each: GraphNode) => boolean): string[] =>
    [...stepwiseNodes(live, before, new Set([loop]), may)].flatMap(({ outputs }) => outputs).sort();

  it('finds what only a loop reads, directly or through others, and not what is read for all steps as well', () => {
    expect(found(() => true)).toEqual(['factor', 'slope']);
  });

  it('ends a chain at a node that may not be taken apart', () => {
    expect(found((each) => each !== factor)).toEqual([]);
    expect(found((each) => each !== slope)).toEqual(['factor']);
  });
});

describe('outgrowsCache', () => {
  it('says so of large steps that are many, of few or small ones it does not', () => {
    expect(outgrowsCache(96, 64 * 256)).toBe(true);
    expect(outgrowsCache(48, 32 * 256)).toBe(false);
    expect(outgrowsCache(5000, 32 * 128)).toBe(false);
  });
});
