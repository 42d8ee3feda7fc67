import { describe, expect, it } from 'vitest';
import { Blend } from '../../../src/forecast/blend.js';
import { Random } from '../../../src/series/random.js';

/** One step ahead: expert 0 was right for 2,000 rounds; then what is kept of that, and expert 1 is right for `after` rounds. Its weight. */
function weightOfTheOther(keep: number, after: number): number {
  const blend = new Blend({ experts: 2, horizon: 1, softness: [0] });
  const random = new Random(4);
  const mixed = new Float64Array(1);
  let y = 0;
  for (let t = 0; t < 2000 + after; t++) {
    blend.learn(y, 0, 0);
    if (t === 2000) blend.fade(keep);
    const next = random.normal();
    const wrong = next + random.normal();
    const said = Float64Array.from(t < 2000 ? [next, wrong] : [wrong, next]);
    blend.mix(said, 0, mixed, 0);
    blend.issue(said, 0, mixed);
    y = next;
  }
  const weights = new Float64Array(2);
  blend.weights(0, 1, weights, 0);
  return weights[1];
}

describe('fade', () => {
  it('leaves the weights as they are', () => {
    expect(weightOfTheOther(0.05, 1)).toBeLessThan(0.05);
  });

  it('lets weights follow the losses that come after it', () => {
    expect(weightOfTheOther(1, 8)).toBeLessThan(0.5);
    expect(weightOfTheOther(0.05, 8)).toBeGreaterThan(0.9);
  });

  it('makes all experts equal when nothing is kept', () => {
    expect(weightOfTheOther(0, 1)).toBeGreaterThan(0.4);
  });
});
