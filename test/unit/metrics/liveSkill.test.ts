import { describe, expect, it } from 'vitest';
import { LiveSkill } from '../../../src/metrics/liveSkill.js';

const fed = (count: number, next: (tick: number) => number, value = (tick: number) => tick): LiveSkill => {
  const skill = new LiveSkill();
  for (let tick = 0; tick < count; tick++) skill.add(tick, value(tick), next(tick));
  return skill;
};

describe('LiveSkill', () => {
  it('is 1 where every forecast came true, 0 for persistence, and negative for worse', () => {
    expect(fed(100, (tick) => tick + 1).value).toBe(1);
    expect(fed(100, (tick) => tick).value).toBe(0);
    expect(fed(100, (tick) => tick - 1).value).toBeCloseTo(-1, 12);
  });

  it('says nothing of a few forecasts, nor of a value that never changes', () => {
    expect(fed(32, (tick) => tick + 1).value).toBeUndefined();
    expect(fed(33, (tick) => tick + 1).value).toBe(1);
    expect(
      fed(
        100,
        () => 5,
        () => 5,
      ).value,
    ).toBeUndefined();
  });

  it('scores nothing over a step that was left out', () => {
    const skill = fed(40, (tick) => tick + 1);
    skill.add(50, 1_000, 1_001);
    expect(skill.value).toBe(1);
  });

  it('forgets: after a thousand good forecasts a bad past counts little', () => {
    expect(fed(1_500, (tick) => (tick < 100 ? tick : tick + 1)).value).toBeGreaterThan(0.99);
  });
});
