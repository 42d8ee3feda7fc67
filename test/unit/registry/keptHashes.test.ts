import { describe, expect, it } from 'vitest';
import type { ModelState, ModelVersion } from '../../../src/pipeline/modelVersions.js';
import { keptHashes } from '../../../src/registry/keptHashes.js';

const version = (name: string, number: number, state: ModelState, parent?: string): ModelVersion => ({
  ...{ name, version: number, sha256: `${name}${number}`, state, origin: 'tuned', createdMs: number, parent },
});

describe('keptHashes', () => {
  const versions = [
    version('g', 1, 'retired'),
    version('g', 2, 'rolled-back'),
    version('g', 3, 'active', 'g@1'),
    ...[4, 5, 6, 7].map((number) => version('g', number, 'refused', 'g@3')),
    version('g:s', 1, 'retired', 'g@2'),
  ];

  it('keeps what is in use with its parent, and the newest three of each name', () => {
    expect([...keptHashes(versions, new Set())].sort()).toEqual(['g1', 'g3', 'g5', 'g6', 'g7', 'g:s1']);
  });

  it('keeps what a stored state belongs to', () => {
    expect(keptHashes(versions, new Set(['g2'])).has('g2')).toBe(true);
  });

  it('keeps candidates and what is on trial, however many came after', () => {
    const old = [
      version('h', 1, 'candidate'),
      version('h', 2, 'shadow'),
      ...[3, 4, 5, 6].map((n) => version('h', n, 'retired')),
    ];
    expect([...keptHashes(old, new Set())].sort()).toEqual(['h1', 'h2', 'h4', 'h5', 'h6']);
  });
});
