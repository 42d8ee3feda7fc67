import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import type { Sequence } from '../../../src/training/sequence.js';
import { StreamSource } from '../../../src/training/streamSource.js';

/** Row t of sequence i says i and t, and is to be answered with t + 0.5; the last row's answer is not known. */
const counting = (lengths: readonly number[]): Sequence[] =>
  lengths.map((length, i) => ({
    length,
    x: Float32Array.from({ length: 2 * length }, (_, at) => (at % 2 === 0 ? i : Math.floor(at / 2))),
    target: Float32Array.from({ length }, (_, t) => (t === length - 1 ? Number.NaN : t + 0.5)),
  }));

const source = (lookback = 12, lengths = [40, 3, 25]) =>
  new StreamSource({
    ...{ sequences: counting(lengths), steps: 4, batch: 3, lookback, horizonWeights: [2] },
    random: new Random(5),
  });

describe('StreamSource', () => {
  it('goes on where a stream stood, and says which ones begin anew', () => {
    const streams = source();
    const last = new Map<number, { sequence: number; step: number; heard: number }>();
    let restarts = 0;
    for (let n = 0; n < 60; n++) {
      const { x, target, weight, restarted } = streams.next();
      for (let b = 0; b < 3; b++) {
        const begins = restarted === 'all' || restarted.includes(b);
        if (begins) restarts++;
        for (let t = 0; t < 4; t++) {
          const row = t * 3 + b;
          const [sequence, step] = [x[2 * row], x[2 * row + 1]];
          const before = last.get(b);
          const isFirst = begins && t === 0;
          if (!isFirst) expect([sequence, step]).toEqual([before!.sequence, before!.step + 1]);
          last.set(b, { sequence, step, heard: isFirst ? 1 : before!.heard + 1 });
          expect(last.get(b)!.heard).toBeLessThanOrEqual(12);
          const known = step < (sequence === 0 ? 39 : 24);
          expect([target[row], weight[row]]).toEqual(known ? [step + 0.5, 2] : [0, 0]);
        }
      }
    }
    expect(restarts).toBeGreaterThan(50);
  });

  it('hears every row of every sequence that is long enough', () => {
    const streams = source();
    const heard = new Set<string>();
    for (let n = 0; n < 400; n++) {
      const { x } = streams.next();
      for (let row = 0; row < 12; row++) heard.add(`${x[2 * row]} ${x[2 * row + 1]}`);
    }
    expect(heard.size).toBe(40 + 25);
  });

  it('begins most often with the newest steps of each series, each by its own share', () => {
    const sequences = counting([100, 100, 100, 100]);
    const given = {
      sequences,
      steps: 4,
      batch: 1,
      lookback: 4,
      horizonWeights: [1],
      recency: 8,
      seriesOf: [0, 0, 1, 1],
    };
    const streams = new StreamSource({ ...given, random: new Random(5) });
    const begun = [0, 0, 0, 0];
    for (let n = 0; n < 4000; n++) begun[streams.next().x[0]]++;
    const [, newest, , newestOfOther] = begun;
    for (const count of [newest, newestOfOther]) expect(Math.abs(count / 2000 - 1)).toBeLessThan(0.1); // 1 − 2⁻⁸ of each half
  });

  it('goes on from a saved place as if nothing had been', () => {
    const [first, second] = [source(), source()];
    for (let n = 0; n < 7; n++) first.next();
    second.load(JSON.parse(JSON.stringify(first.save())));
    for (let n = 0; n < 20; n++) expect(second.next()).toEqual(first.next());
  });

  it('refuses series that are all too short', () => {
    expect(() => source(12, [3, 2])).toThrow('no sequence has 4 steps');
  });
});
