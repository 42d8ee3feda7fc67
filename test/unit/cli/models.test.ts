import { describe, expect, it } from 'vitest';
import type { DecisionListing, ModelListing } from '../../../src/listing/modelListing.js';
import { cli, nowMs } from './support.js';

const version = (name: string, number: number, more: Partial<ModelListing> = {}): ModelListing => ({
  ...{ name, version: number, sha256: 'f'.repeat(64), state: 'active', origin: 'tuned', created: nowMs, parent: null },
  ...{ series: 0, forecasts: 0, skill1: null, skill: null },
  ...more,
});
const decision: DecisionListing = {
  ...{ time: nowMs, kind: 'probation', model: 'gru-base@2', series: 'kitchen', verdict: 'rolled-back' },
  ...{ reason: 'the one before erred less', figures: { ticks: 256, lossInUse: 1.23456 }, duration: 0 },
};
const bodies = {
  listModels: async () => [
    version('gru-base', 1, { origin: 'shipped', series: 2, forecasts: 500, skill1: 0.25, skill: 0.5 }),
    version('gru-base', 2, { state: 'rolled-back', origin: 'pushed', parent: 'gru-base@1' }),
    version('gru-base:kitchen', 1, { parent: 'gru-base@1' }),
    version('lstm-base', 1),
  ],
  listSigners: async () => new Map([['gru-base@2', '21fe31dfa154a261']]),
  listDecisions: async (_db: string, labels: readonly string[]) => (labels.includes('gru-base@2') ? [decision] : []),
};
const listed = async () =>
  (await bodies.listModels()).map((one) => ({
    ...one,
    by: one.origin === 'pushed' ? '21fe31dfa154a261' : null,
  }));

describe('stepcast models', () => {
  it.each([[['models']], [['models', 'list']]])('lists every version, and who pushed it: %j', async (args) => {
    const { code, out } = await cli(args, { bodies });
    expect(code).toBe(0);
    expect(
      out
        .split('\n')
        .slice(0, 3)
        .map((line) => line.split(/\s{2,}/)),
    ).toEqual([
      [
        'name',
        'version',
        'state',
        'origin',
        'created',
        'parent',
        'by',
        'series',
        'forecasts',
        'skill1',
        'skill',
        'sha256',
      ],
      [
        'gru-base',
        '1',
        'active',
        'shipped',
        '2026-01-31T12:00:00Z',
        '-',
        '-',
        '2',
        '500',
        '0.25',
        '0.5',
        'ffffffffffff',
      ],
      [
        'gru-base',
        '2',
        'rolled-back',
        'pushed',
        '2026-01-31T12:00:00Z',
        'gru-base@1',
        '21fe31dfa154a261',
        '0',
        '0',
        '-',
        '-',
        'ffffffffffff',
      ],
    ]);
  });

  it('lists as JSON, with whole hashes', async () => {
    const { out } = await cli(['models', '--json'], { bodies });
    expect(JSON.parse(out)).toEqual(await listed());
  });

  it('shows a model, what series made of it, and what was decided, with figures', async () => {
    const { out } = await cli(['models', 'show', 'gru-base'], { bodies });
    expect(out).toContain('gru-base:kitchen');
    expect(out).not.toContain('lstm-base');
    expect(out).toContain('rolled-back  the one before erred less  ticks 256, lossInUse 1.235');
    const json = JSON.parse((await cli(['models', 'show', 'gru-base@2', '--json'], { bodies })).out);
    expect(json).toEqual({ versions: [(await listed())[1]], decisions: [decision] });
  });

  it('says that there is no such model', async () => {
    const { code, err } = await cli(['models', 'show', 'gru-bas'], { bodies });
    expect([code, err]).toEqual([2, expect.stringContaining('there is no model gru-bas')]);
  });

  it('rolls back to a version, or to the parent', async () => {
    const { code, out, calls } = await cli(['models', 'rollback', 'gru-base', '1', '--db', 'x.db']);
    expect([code, out]).toEqual([0, 'gru-base@2 → gru-base@1, 3 series: the daemon has taken it up\n']);
    expect(calls).toEqual([['rollBackModel', 'x.db', 'gru-base', 1, nowMs]]);
    expect((await cli(['models', 'rollback', 'gru-base'])).calls).toEqual([
      ['rollBackModel', 'stepcast.db', 'gru-base', undefined, nowMs],
    ]);
  });

  it.each([['0'], ['x'], ['-1']])('takes no version %s', async (wrong) => {
    const { code } = await cli(['models', 'rollback', 'gru-base', wrong]);
    expect(code).toBe(2);
  });
});
