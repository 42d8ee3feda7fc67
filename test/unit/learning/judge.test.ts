import { describe, expect, it } from 'vitest';
import { gate, judge } from '../../../src/learning/judge.js';
import type { RollOut } from '../../../src/learning/rollOut.js';

const horizon = 16;
const values = 160;

/** Losses of 1 a value everywhere, but for what is said: by horizon step, 1…16. */
function rolledOut(given: {
  after?: (h: number) => number;
  seasonal?: number;
  gains?: (i: number) => number;
}): RollOut {
  const { after = () => 1, seasonal = 2, gains = () => 1 - after(1) } = given;
  const losses = (of: (h: number) => number): Float64Array =>
    Float64Array.from({ length: horizon }, (_, i) => values * of(i + 1));
  return {
    count: new Float64Array(horizon).fill(values),
    before: losses(() => 1),
    after: losses(after),
    incumbent: losses(() => 1),
    candidate: losses(() => 0.9),
    seasonal: losses(() => seasonal),
    gains: Array.from({ length: values }, (_, i) => gains(i) + (i % 2 === 0 ? 1e-3 : -1e-3) + (i % 3) * 1e-3),
  };
}

const better = (h: number): number => (h <= 2 ? 0.9 : 0.99);

describe('judge', () => {
  it('promotes what gains near and does not lose far', () => {
    const { promoted, figures } = judge([rolledOut({ after: better })]);
    expect(promoted).toBe(true);
    expect(figures.near).toBeCloseTo(0.9, 12);
    expect(figures.far).toBeCloseTo(0.99, 12);
    expect(figures.values).toBe(values);
  });

  it('refuses a gain below the margin', () => {
    const verdict = judge([rolledOut({ after: (h) => (h <= 2 ? 1 - gate.margin / 2 : 0.9) })]);
    expect(verdict).toMatchObject({ promoted: false, reason: expect.stringContaining('better only by 0.1 %') });
  });

  it('refuses what gains near and loses far', () => {
    const verdict = judge([rolledOut({ after: (h) => (h <= 2 ? 0.8 : 1.01) })]);
    expect(verdict).toMatchObject({ promoted: false, reason: 'far steps are worse by 1.0 %' });
  });

  it('refuses what seasonal naive does better', () => {
    const verdict = judge([rolledOut({ after: better, seasonal: 0.8 })]);
    expect(verdict).toMatchObject({ promoted: false, reason: expect.stringContaining('seasonal naive') });
  });

  it('refuses a gain that a few values made', () => {
    const verdict = judge([rolledOut({ after: better, gains: (i) => (i < 10 ? 2 : -0.05) })]);
    expect(verdict).toMatchObject({ promoted: false, reason: expect.stringContaining('chance') });
  });

  it('counts several series alike, and refuses what makes one of them much worse', () => {
    const [gains, same, loses] = [0.8, 1, 1.1].map((near) =>
      rolledOut({ after: (h) => (h <= 2 ? near : 1), gains: () => 0.1 }),
    );
    const { promoted, figures } = judge([gains, same]);
    expect(promoted).toBe(true);
    expect(figures.near).toBeCloseTo(Math.sqrt(0.8), 12);
    expect(figures.worst).toBe(1);
    const verdict = judge([gains, gains, loses], ['a', 'b', 'kitchen']);
    expect(verdict).toMatchObject({ promoted: false, reason: 'near steps of kitchen are worse by 10.0 %' });
  });

  it('is not carried away by one series that has become easy', () => {
    const [easy, worse] = [0, 1.04].map((near) => rolledOut({ after: (h) => (h <= 2 ? near : 1), gains: () => 0.1 }));
    expect(judge([easy, worse]).figures.near).toBeCloseTo(Math.sqrt(0.1 * 1.04), 12);
  });

  it('judges series of unlike horizons', () => {
    const short = rolledOut({ after: better });
    const cut = (losses: Float64Array): Float64Array => losses.slice(0, 2);
    const { count, before, after, incumbent, candidate, seasonal } = short;
    const two = { count: cut(count), before: cut(before), after: cut(after), incumbent: cut(incumbent) };
    const { figures } = judge([
      short,
      { ...two, candidate: cut(candidate), seasonal: cut(seasonal), gains: short.gains },
    ]);
    expect(figures.near).toBeCloseTo(0.9, 12);
    expect(figures.far).toBeCloseTo(Math.sqrt(0.99 * 0.9), 12);
  });

  it('refuses what gave no numbers', () => {
    expect(judge([rolledOut({ after: () => Number.NaN })])).toMatchObject({ promoted: false, reason: /no numbers/ });
  });

  it('refuses to judge by a handful of values', () => {
    const few = { ...rolledOut({ after: better }), count: new Float64Array(horizon).fill(gate.fewestValues - 1) };
    expect(judge([few])).toMatchObject({ promoted: false, reason: expect.stringContaining('held-out values') });
  });

  it('lets series of any unit count alike', () => {
    const large = rolledOut({ after: better });
    const scaled = (data: Float64Array): Float64Array => data.map((value) => 1e6 * value);
    const worse = rolledOut({ after: (h) => (h <= 2 ? 1.05 : 1) });
    const inMillions = { ...large, before: scaled(large.before), after: scaled(large.after) };
    expect(judge([inMillions, worse]).figures.near).toBeCloseTo(Math.sqrt(0.9 * 1.05), 12);
  });
});
