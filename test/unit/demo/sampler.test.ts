import { describe, expect, it } from 'vitest';
import { Sampler } from '../../../src/demo/sampler.js';

const outcome = (series: string, actual = 0) => ({ series, tMs: 0, actual, foretold: undefined, next: 0 });

describe('Sampler', () => {
  it('gives every series its turn, however much faster one of them is', () => {
    const sampler = new Sampler();
    const shown: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      for (let i = 0; i < 100; i++) sampler.offer(outcome('fast', i));
      sampler.offer(outcome('slow'));
      sampler.offer(outcome('slower'));
      shown.push(sampler.choose()!.series);
    }
    expect(shown).toEqual(['fast', 'slow', 'slower', 'fast', 'slow', 'slower']);
  });

  it('shows the newest of a series, and nothing twice', () => {
    const sampler = new Sampler();
    for (const actual of [1, 2, 3]) sampler.offer(outcome('s', actual));
    expect(sampler.choose()?.actual).toBe(3);
    expect(sampler.choose()).toBeUndefined();
  });
});
