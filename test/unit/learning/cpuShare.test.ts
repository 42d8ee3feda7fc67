import { describe, expect, it } from 'vitest';
import { CpuShare } from '../../../src/learning/cpuShare.js';

/** Work of the given processor times, one after another, held to a share; how long each rest was. */
async function rests(share: number, workMs: readonly number[]): Promise<number[]> {
  let cpu = 100;
  const slept: number[] = [];
  const held = new CpuShare({ share, cpuMs: () => cpu, sleep: async (ms) => void slept.push(ms) });
  for (const ms of workMs) {
    cpu += ms;
    await held.breathe();
  }
  return slept;
}

describe('CpuShare', () => {
  it('rests as long as it worked at a half, three times as long at a quarter', async () => {
    expect(await rests(0.5, [20, 40])).toEqual([20, 40]);
    expect(await rests(0.25, [20])).toEqual([60]);
  });

  it('never rests when all of a core is its own', async () => {
    expect(await rests(1, [1000, 1000])).toEqual([]);
  });

  it('saves up what is too short to rest', async () => {
    expect(await rests(0.5, [4, 4, 4, 4])).toEqual([12]);
  });
});
