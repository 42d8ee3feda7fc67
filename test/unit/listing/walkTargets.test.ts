import { describe, expect, it } from 'vitest';
import { type Page, type PagePlace, type Span, walk, walkTargets } from '../../../src/listing/walkTargets.js';
import { Random } from '../../../src/series/random.js';

interface Row {
  readonly time: number;
  readonly id: number;
}

const random = new Random(3);
const gaps = [0, 0, 1, 60, 60, 60, 86_400_000];
let time = 0;
const rows: Row[] = Array.from({ length: 800 }, (_, id) => {
  time += gaps[Math.floor(random.uniform() * gaps.length)];
  return { time, id };
});
const read = ({ fromMs, toMs }: Span): Row[] => rows.filter((row) => row.time >= fromMs && row.time <= toMs);
const way = { fromMs: 0, toMs: time, timeOf: (row: Row) => row.time, rowsPerMs: 1 / 60 };

function pages(most: number, isLate?: () => boolean): Page<Row>[] {
  const found: Page<Row>[] = [];
  let after: PagePlace | undefined;
  do {
    const page = walk(walkTargets(way, { most, after, isLate }), read);
    found.push(page);
    after = page.next;
  } while (after);
  return found;
}

describe('walkTargets', () => {
  it.each([1, 2, 7, 500, 799, 800, 801])('gives every row once and in order, in pages of %i', (most) => {
    const found = pages(most);
    expect(found.flatMap((page) => page.rows)).toEqual(rows);
    expect(found.slice(0, -1).every((page) => page.rows.length === most)).toBe(true);
  });

  it('ends a page early when it is late, but never without a row', () => {
    const found = pages(800, () => true);
    expect(found.length).toBeGreaterThan(2);
    expect(found.flatMap((page) => page.rows)).toEqual(rows);
    expect(found.slice(0, -1).every((page) => page.rows.length > 0)).toBe(true);
  });

  it('touches little beyond the page', () => {
    let touched = 0;
    const counting = (span: Span): Row[] => {
      const found = read(span);
      touched += found.length;
      return found;
    };
    walk(walkTargets(way, { most: 10 }), counting);
    expect(touched).toBeLessThan(100);
  });

  it('finds nothing where nothing can be', () => {
    expect(walk(walkTargets({ ...way, fromMs: 10, toMs: 9 }, { most: 5 }), read)).toEqual({
      rows: [],
      next: undefined,
    });
  });
});
