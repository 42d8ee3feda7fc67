import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { offerTuned } from '../../../src/daemon/offerTuned.js';

import type { ModelVersion, ProposalAnswer } from '../../../src/pipeline/modelVersions.js';

const everyMs = 2000;
const labelled = (label: string) => ({ name: label.split('@')[0]!, version: Number(label.split('@')[1]) });
const version = (label: string, state: ModelVersion['state'], origin: ModelVersion['origin'] = 'tuned') =>
  ({ ...labelled(label), state, origin, sha256: label, createdMs: 0, parent: undefined }) satisfies ModelVersion;

describe('offerTuned', () => {
  let stop = (): void => {};
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  /** A worker with these series; `models` is what each is stepped through. */
  const worker = (models: Record<string, string>, versions: ModelVersion[], answer: ProposalAnswer = 'accepted') => {
    const proposed: string[] = [];
    const state = { answer, versions };
    const standsFor = (name: string): string | undefined => {
      const active = state.versions.filter((one) => one.name === name && one.state === 'active');
      return active.length === 0 ? undefined : `${name}@${Math.max(...active.map((one) => one.version))}`;
    };
    const propose = async (label: string, series: readonly string[], how: string) => {
      proposed.push(`${how} ${label} ${series.join(' ')}`);
      return new Map(series.map((name) => [name, state.answer] as const));
    };
    const book = {
      get entries() {
        return Object.entries(models).map(([seriesId, label]) => ({ seriesId, model: labelled(label) as never }));
      },
    };
    stop = offerTuned({
      registry: { versions: () => state.versions, standsFor },
      swaps: { propose },
      book,
      log: pino({ level: 'silent' }),
    });
    return { proposed, state };
  };
  const turn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(everyMs);

  it('brings a shared version to the series that are stepped through an earlier one, once', async () => {
    const models = { a: 'norm@1', b: 'norm@1', own: 'norm:own@1', other: 'else@1' };
    const { proposed } = worker(models, [version('norm@1', 'active', 'file'), version('norm@2', 'active')]);
    await turn();
    await turn();
    expect(proposed).toEqual(['swap norm@2 a b']);
  });

  it('asks those on trial again, and those that come later', async () => {
    const models: Record<string, string> = { a: 'norm@1' };
    const { proposed, state } = worker(models, [version('norm@2', 'active')], 'on-trial');
    await turn();
    state.answer = 'accepted';
    models.b = 'norm@1';
    await turn();
    await turn();
    expect(proposed).toEqual(['swap norm@2 a', 'swap norm@2 a b']);
  });

  it('does not ask a series again that had it and went back', async () => {
    const models = { a: 'norm@2' };
    const { proposed } = worker(models, [version('norm@2', 'active')]);
    await turn();
    models.a = 'norm@1';
    await turn();
    expect(proposed).toEqual([]);
  });

  it.each([
    ['was refused', [version('norm@2', 'refused')]],
    ['is not judged yet', [version('norm@2', 'candidate')]],
    ['is one series’ own', [version('norm:b@2', 'active')]],
    ['was pushed, which has its own way', [version('norm@2', 'active', 'pushed')]],
    ['is no longer the newest', [version('norm@2', 'active'), version('norm@3', 'active', 'pushed')]],
  ])('brings nothing that %s', async (_, versions) => {
    const { proposed } = worker({ a: 'norm@1' }, versions);
    await turn();
    expect(proposed).toEqual([]);
  });
});
