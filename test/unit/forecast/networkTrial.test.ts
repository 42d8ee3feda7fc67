import { describe, expect, it } from 'vitest';
import { NetworkTrial, type TrialRules } from '../../../src/forecast/networkTrial.js';
import { Random } from '../../../src/series/random.js';
import { SnapshotReader, SnapshotWriter } from '../../../src/series/snapshot.js';
import type { Tick } from '../../../src/series/types.js';

const rules: TrialRules = { warmup: 0, window: 100, margin: 0.02, certainty: 2 };
const ones = Float64Array.of(1, 1, 1);
const tick = (n: number, y: number, more: Partial<Tick> = {}): Tick => ({
  ...{ n, y, tMs: n * 60_000, stepMs: 60_000, missing: 0, restart: false },
  ...more,
});
const both = (y: number): Float64Array => Float64Array.of(y, y, y);

/** Errs by noise of these sizes, on values that are all 0. */
function run(trial: NetworkTrial, sizes: { incumbent: number; challenger: number }, ticks: number, seed = 3) {
  const random = new Random(seed);
  for (let n = 0; n < ticks; n++) {
    const [incumbent, challenger] = [sizes.incumbent * random.normal(), sizes.challenger * random.normal()];
    const winner = trial.observe(tick(n, 0), both(incumbent), both(challenger), ones);
    if (winner) return { winner, ticks: n + 1 };
  }
  return { winner: undefined, ticks };
}

describe('NetworkTrial', () => {
  it('scores each forecast when its value has come, in usual errors, each at most ten', () => {
    const trial = new NetworkTrial(2, rules);
    const units = Float64Array.of(2, 4);
    trial.observe(tick(0, 5), Float64Array.of(6, 8), Float64Array.of(7, 900), units);
    expect(trial.scored).toBe(0);
    trial.observe(tick(1, 4), Float64Array.of(5, 5), Float64Array.of(4, 4), units); // h=1: |4−6|/2 and |4−7|/2
    expect([trial.incumbentLoss, trial.challengerLoss]).toEqual([1, 1.5]);
    trial.observe(tick(2, 4), both(0), both(0), units); // h=1: 1/2 and 0; h=2: |4−8|/4 = 1 and 10
    expect(trial.scored).toBe(2);
    expect(trial.incumbentLoss).toBeCloseTo((1 + 0.75) / 2, 12);
    expect(trial.challengerLoss).toBeCloseTo((1.5 + 5) / 2, 12);
    expect(trial.gain).toBeCloseTo(1 - 6.5 / 1.75, 12);
  });

  it('ends early where one of them is plainly worse', () => {
    expect(run(new NetworkTrial(3, rules), { incumbent: 3, challenger: 1 }, 100)).toMatchObject({
      winner: 'challenger',
    });
    const lost = run(new NetworkTrial(3, rules), { incumbent: 1, challenger: 3 }, 100);
    expect(lost.winner).toBe('incumbent');
    expect(lost.ticks).toBeLessThan(60);
  });

  it('leaves things as they are where there is no difference to speak of', () => {
    const winners = Array.from({ length: 40 }, (_, seed) =>
      run(new NetworkTrial(3, rules), { incumbent: 1, challenger: 1 }, 200, seed),
    );
    expect(winners.every(({ ticks }) => ticks <= 101)).toBe(true);
    expect(winners.filter(({ winner }) => winner === 'challenger').length).toBeLessThanOrEqual(4);
  });

  it('takes a challenger that is no worse where its rules say so', () => {
    const lenient = { ...rules, margin: -0.01, certainty: Number.NEGATIVE_INFINITY };
    const trial = new NetworkTrial(3, lenient);
    let winner: string | undefined;
    for (let n = 0; !winner; n++) winner = trial.observe(tick(n, n % 2), both(0.5), both(0.5), ones);
    expect([winner, trial.gain]).toEqual(['challenger', 0]);
  });

  it('scores no tick of its warm-up, none without a value, and forgets what waited before a gap', () => {
    const trial = new NetworkTrial(3, { ...rules, warmup: 5 });
    for (let n = 0; n < 5; n++) trial.observe(tick(n, 0), both(1), both(1), ones);
    expect(trial.scored).toBe(0);
    trial.observe(tick(5, Number.NaN), both(1), both(1), ones);
    expect(trial.scored).toBe(0);
    trial.observe(tick(9, 0, { missing: 3 }), both(1), both(1), ones);
    trial.observe(tick(10, 0, { restart: true }), both(1), both(1), ones);
    expect(trial.scored).toBe(0);
    trial.observe(tick(11, 0), both(1), both(1), ones);
    expect(trial.scored).toBe(1);
  });

  it('goes on from its snapshot as if there had been none', () => {
    const [whole, before] = [new NetworkTrial(3, rules), new NetworkTrial(3, rules)];
    run(whole, { incumbent: 1, challenger: 1.01 }, 30);
    run(before, { incumbent: 1, challenger: 1.01 }, 30);
    const writer = new SnapshotWriter();
    before.save(writer);
    const after = NetworkTrial.load(new SnapshotReader(writer.bytes()));
    expect(after.rules).toEqual(rules);
    for (let n = 30; n < 50; n++) {
      for (const trial of [whole, after]) trial.observe(tick(n, n % 3), both(1), both(2), ones);
    }
    const saved = (trial: NetworkTrial): string => {
      const out = new SnapshotWriter();
      trial.save(out);
      return Buffer.from(out.bytes()).toString('hex');
    };
    expect(saved(after)).toBe(saved(whole));
  });
});
