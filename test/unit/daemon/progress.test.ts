import { describe, expect, it } from 'vitest';
import { Progress } from '../../../src/daemon/progress.js';

function watched() {
  const clock = { ms: 0 };
  const progress = new Progress(() => clock.ms);
  return { progress, clock, stalled: () => progress.stalled(1_000) };
}

describe('Progress', () => {
  it('is content with turns, and tells of a pipeline that has none', () => {
    const { progress, clock, stalled } = watched();
    clock.ms = 1_000;
    expect(stalled()).toBeUndefined();
    clock.ms = 1_001;
    expect(stalled()).toBe('the pipeline stands still');
    progress.turn();
    expect(stalled()).toBeUndefined();
  });

  it('tells of a commit that does not end, although turns go on', () => {
    const { progress, clock, stalled } = watched();
    progress.committing();
    clock.ms = 1_500;
    progress.turn();
    expect(stalled()).toBe('the store does not finish a commit');
    progress.committed();
    expect(stalled()).toBeUndefined();
  });

  it('waits for a store that says it cannot commit now, and begins to count when it can again', () => {
    const { progress, clock, stalled } = watched();
    progress.committing();
    progress.excuseStore(true);
    clock.ms = 60_000;
    progress.turn();
    expect(stalled()).toBeUndefined();
    progress.excuseStore(false);
    expect(stalled()).toBeUndefined();
    clock.ms = 61_001;
    progress.turn();
    expect(stalled()).toBe('the store does not finish a commit');
  });
});
