import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Adwin } from '../../../src/metrics/adwin.js';
import { PageHinkley } from '../../../src/metrics/pageHinkley.js';
import { Random } from '../../../src/series/random.js';

/** 1,000 draws of 0 and 1, then 1,000 of 4 to 7: the stream of the examples in river's documentation. */
const text: string = JSON.parse(readFileSync(new URL('../../fixtures/drift.json', import.meta.url), 'utf8'));
const stream = Array.from(text, Number);

const changes = (detector: { add(x: number): boolean | number }, values: readonly number[]): number[] =>
  values.flatMap((value, i) => (detector.add(value) ? [i] : []));

describe('ADWIN', () => {
  it("finds the change in the stream of river's example at the same value, and no other", () => {
    expect(changes(new Adwin(), stream)).toEqual([1023]);
  });

  it('begins anew after it has told, and knows the mean since', () => {
    const adwin = new Adwin();
    changes(adwin, stream);
    expect(adwin.width).toBe(2000 - 1024);
    expect(adwin.mean).toBeCloseTo(stream.slice(1024).reduce((sum, x) => sum + x, 0) / adwin.width, 9);
  });

  it('tells of a mean that falls as well, and which it was', () => {
    const adwin = new Adwin();
    expect(stream.map((x) => adwin.add(x)).filter(Boolean)).toEqual([1]);
    const other = new Adwin();
    expect(
      [...stream]
        .reverse()
        .map((x) => other.add(x))
        .filter(Boolean),
    ).toEqual([-1]);
    const [first, ...more] = changes(new Adwin(), [...stream].reverse());
    expect(first).toBeGreaterThan(999);
    expect(first).toBeLessThan(1032);
    expect(more).toEqual([]);
  });

  it('raises no alarm in 20,000 values of one distribution', () => {
    const random = new Random(1);
    const values = Array.from({ length: 20_000 }, () => random.uniform());
    expect(changes(new Adwin(), values)).toEqual([]);
  });
});

describe('PageHinkley', () => {
  it("finds the change in the stream of river's example at the same value, and no other", () => {
    expect(changes(new PageHinkley(), stream)).toEqual([1006]);
  });

  it('does not mind a mean that falls', () => {
    const falling = Array.from({ length: 2000 }, (_, i) => 10 - i / 200);
    expect(changes(new PageHinkley(), falling)).toEqual([]);
    expect(changes(new PageHinkley(), falling.reverse())).not.toEqual([]);
  });

  it('says nothing before it has warmed up', () => {
    const steep = Array.from({ length: 40 }, (_, i) => i * i);
    expect(changes(new PageHinkley({ warmup: 35 }), steep)[0]).toBe(33);
    expect(changes(new PageHinkley({ warmup: 5 }), steep)[0]).toBeLessThan(30);
  });
});
