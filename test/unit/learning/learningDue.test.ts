import { describe, expect, it } from 'vitest';
import { learningDue } from '../../../src/learning/learningDue.js';

const rules = { everyMs: 1000, minReadings: 100 };
const never = { sinceMs: Number.POSITIVE_INFINITY, ticksSinceDrift: undefined };

describe('learningDue', () => {
  it('learns from a series for the first time as soon as it has enough readings', () => {
    expect(learningDue({ ...never, newTicks: 99 }, rules)).toBeUndefined();
    expect(learningDue({ ...never, newTicks: 100 }, rules)).toBe('first');
  });

  it('then waits for both the time and the readings', () => {
    const calm = { ticksSinceDrift: undefined };
    expect(learningDue({ ...calm, newTicks: 5000, sinceMs: 999 }, rules)).toBeUndefined();
    expect(learningDue({ ...calm, newTicks: 99, sinceMs: 5000 }, rules)).toBeUndefined();
    expect(learningDue({ ...calm, newTicks: 100, sinceMs: 1000 }, rules)).toBe('time');
  });

  it('learns of a drift once a quarter of the readings came after it, whatever the time', () => {
    expect(learningDue({ newTicks: 30, sinceMs: 1, ticksSinceDrift: 24 }, rules)).toBeUndefined();
    expect(learningDue({ newTicks: 30, sinceMs: 1, ticksSinceDrift: 25 }, rules)).toBe('drift');
  });

  it('learns again each time the readings since the drift have doubled', () => {
    const learned = { newTicks: 30, sinceMs: 1, driftLearnedAt: 30 };
    expect(learningDue({ ...learned, ticksSinceDrift: 59 }, rules)).toBeUndefined();
    expect(learningDue({ ...learned, ticksSinceDrift: 60 }, rules)).toBe('drift');
  });

  it('knows no drift of a series it has not learned from', () => {
    expect(learningDue({ ...never, newTicks: 50, ticksSinceDrift: 40 }, rules)).toBeUndefined();
  });
});
