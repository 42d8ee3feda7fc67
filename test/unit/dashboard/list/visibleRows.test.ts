import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scrollTopFor, visibleRows } from '../../../../src/dashboard/list/visibleRows.js';

const viewport = fc.record({
  scrollTop: fc.integer({ min: -50, max: 200_000 }),
  height: fc.integer({ min: 0, max: 3000 }),
  rowHeight: fc.integer({ min: 20, max: 120 }),
  rows: fc.nat(2000),
});

test('every row in view is drawn, and not many more', () => {
  fc.assert(
    fc.property(viewport, (view) => {
      const { first, end } = visibleRows(view, 6);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(view.rows);
      expect(end - first).toBeLessThanOrEqual(Math.ceil(view.height / view.rowHeight) + 1 + 2 * 6);
      const top = Math.max(0, Math.min(view.scrollTop, view.rows * view.rowHeight - view.height));
      for (let row = 0; row < view.rows; row++) {
        const inView = (row + 1) * view.rowHeight > top && row * view.rowHeight < top + view.height;
        if (inView) expect(row >= first && row < end).toBe(true);
      }
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('of a thousand rows in a window of ten, twenty-two are drawn in the middle and sixteen at either end', () => {
  const view = { height: 640, rowHeight: 64, rows: 1000 };
  expect(visibleRows({ ...view, scrollTop: 32_000 }, 6)).toEqual({ first: 494, end: 516 });
  expect(visibleRows({ ...view, scrollTop: 0 }, 6)).toEqual({ first: 0, end: 16 });
  expect(visibleRows({ ...view, scrollTop: 1e9 }, 6)).toEqual({ first: 984, end: 1000 });
});

test('a row in view is left where it is; one outside is brought in by the nearer edge', () => {
  const view = { scrollTop: 1000, height: 300, rowHeight: 50, rows: 100 };
  expect(scrollTopFor(22, view)).toBe(1000);
  expect(scrollTopFor(3, view)).toBe(150);
  expect(scrollTopFor(40, view)).toBe(1750);
});
