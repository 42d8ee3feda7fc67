import { describe, expect, it } from 'vitest';
import { LiveLoss } from '../../../src/learning/liveLoss.js';
import type { Forecast } from '../../../src/pipeline/ports.js';

const errOver = (loss: LiveLoss, from: number, to: number, error: number): void => {
  for (let tick = from; tick < to; tick++) {
    const forecast = { tick, last: tick % 2 ? error : -error, levels: [0.5], values: Float64Array.of(0) };
    loss.hear(forecast as unknown as Forecast, { baseUnit: () => 1 });
  }
};

describe('LiveLoss', () => {
  it('counts from the step at which the loss had risen', () => {
    const loss = new LiveLoss();
    errOver(loss, 0, 500, 1);
    expect(loss.ticksSinceDrift).toBeUndefined();
    errOver(loss, 500, 800, 4);
    expect(loss.ticksSinceDrift).toBeGreaterThan(270);
    expect(loss.ticksSinceDrift).toBeLessThan(300);
    expect(loss.tick).toBe(799);
  });

  it('counts anew from a drift after one that was learned from', () => {
    const loss = new LiveLoss();
    errOver(loss, 0, 500, 1);
    errOver(loss, 500, 800, 4);
    loss.learned(1000);
    expect(loss.driftLearnedAt).toBe(loss.ticksSinceDrift);
    errOver(loss, 800, 900, 9);
    expect(loss.ticksSinceDrift).toBeLessThan(100);
    expect(loss.driftLearnedAt).toBe(0);
  });

  it('forgets a drift that was learned from long after it', () => {
    const loss = new LiveLoss();
    errOver(loss, 0, 500, 1);
    errOver(loss, 500, 800, 4);
    loss.learned(100);
    expect(loss.ticksSinceDrift).toBeUndefined();
  });

  it('is told nothing by a forecast that does not follow the one before', () => {
    const loss = new LiveLoss();
    errOver(loss, 0, 500, 1);
    for (let tick = 600; tick < 1200; tick += 2) errOver(loss, tick, tick + 1, 9);
    expect(loss.ticksSinceDrift).toBeUndefined();
  });
});
