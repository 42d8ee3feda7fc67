import { describe, expect, it } from 'vitest';
import { bars } from '../../../src/cli/bars.js';

const lengths = (text: string): number[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line.match(/█/g) ?? []).length);

describe('bars', () => {
  it('are as long as their share of the largest', () => {
    expect(
      lengths(
        bars(
          [
            ['0', 4],
            ['1', 2],
            ['2', 0],
          ],
          {},
        ),
      ),
    ).toEqual([48, 24, 0]);
  });

  it('lose the same length with every power of ten when logarithmic', () => {
    const [a, b, c, none] = lengths(
      bars(
        [
          ['0', 1],
          ['1', 0.1],
          ['2', 0.01],
          ['3', 0],
        ],
        { logarithmic: true },
      ),
    );
    expect(a).toBe(48);
    expect(Math.abs(a - b - (b - c))).toBeLessThanOrEqual(1);
    expect(c).toBeGreaterThan(0);
    expect(none).toBe(0);
  });

  it('say the numbers beside them', () => {
    expect(bars([['12', 0.00123]], {})).toMatch(/^12 {4}1\.23e-3 {2}█/);
  });
});
