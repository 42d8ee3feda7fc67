import { describe, expect, it } from 'vitest';
import { turnsOfFleet } from '../../../src/daemon/turnsOfFleet.js';
import type { ModelVersion, SharedModels } from '../../../src/pipeline/modelVersions.js';

const version = (label: string, origin: ModelVersion['origin']): ModelVersion => {
  const [name, number] = label.split('@');
  const rest = { sha256: label, state: 'active', createdMs: 0, parent: undefined } as const;
  return { name: name!, version: Number(number), origin, ...rest };
};

/** What is done, in its order. */
const worker = ({ isFree = true, isAway = false, versions = [] as ModelVersion[], standsFor = '' } = {}) => {
  const done: string[] = [];
  const turns = turnsOfFleet({
    fleet: {
      tryLock: async (name) => {
        done.push(`lock ${name}`);
        return isFree;
      },
      unlock: async (name) => void done.push(`unlock ${name}`),
    },
    ledger: {
      shared: {
        refresh: async () => {
          if (isAway) throw new Error('the server is away');
          done.push('refresh');
        },
        written: async () => void done.push('written'),
      } as Partial<SharedModels> as SharedModels,
    },
    registry: {
      versions: () => versions,
      standsFor: () => standsFor,
      activate: (label) => void done.push(`activate ${label}`),
      reread: () => void done.push('reread'),
    },
  });
  return { done, turns };
};

describe('turnsOfFleet', () => {
  it('knows all that was written before the lock was free, and lets go once its own is written', async () => {
    const { done, turns } = worker();
    expect(await turns.take('norm', () => {})).toBe(true);
    turns.share('norm@2');
    await turns.leave('norm');
    expect(done).toEqual([
      ...['lock tune:norm', 'refresh', 'refresh', 'reread'],
      ...['activate norm@2', 'written', 'unlock tune:norm'],
    ]);
  });

  it('has no turn while another has the lock', async () => {
    const { done, turns } = worker({ isFree: false });
    expect(await turns.take('norm', () => {})).toBe(false);
    expect(done).toEqual(['lock tune:norm']);
  });

  it('keeps no lock where what others wrote cannot be read', async () => {
    const { done, turns } = worker({ isAway: true });
    expect(await turns.take('norm', () => {})).toBe(false);
    expect(done).toEqual(['lock tune:norm', 'unlock tune:norm']);
  });

  it('goes on from what learning made since, and from nothing that was pushed', () => {
    const base = version('norm@1', 'file');
    const newestOf = (versions: ModelVersion[], label: string): string => {
      const standsFor = `norm@${versions.at(-1)!.version}`;
      return worker({ versions, standsFor }).turns.newestOf(label);
    };
    expect(newestOf([base, version('norm@2', 'tuned')], 'norm@1')).toBe('norm@2');
    expect(newestOf([base, version('norm@2', 'pushed')], 'norm@1')).toBe('norm@1');
    expect(newestOf([base], 'norm@3')).toBe('norm@3');
  });
});
