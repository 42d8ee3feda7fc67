import { describe, expect, it } from 'vitest';
import { forecastChart } from '../../../src/charts/forecastChart.js';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5);
const point = (i: number, actual: number) => ({ tMs: start + i * hour, actual, low: 0, median: 5, high: 10 });

describe('forecastChart', () => {
  it('draws actual values, median and band where the axes say they are, a panel each', () => {
    const svg = forecastChart('a & b', [{ title: 'one', points: [point(0, 0), point(10, 10)] }], '80 %');
    expect(svg).toContain('d="M64,282L836,88"'); // actual, corner to corner
    expect(svg).toContain('d="M64,185L836,185"'); // median, half way
    expect(svg).toContain('d="M64,88L836,88L836,282L64,282Z"'); // band, all of the panel
    expect(svg).toContain('<title>a &amp; b</title>');
    expect(svg).toContain('>03 AM</text>'); // UTC
    expect(svg).toContain('>80 %</text>');
  });

  it('leaves a gap where a value has not come, and draws nothing of nothing', () => {
    const points = [point(0, 1), point(1, 2), point(2, Number.NaN), point(3, 4), point(4, 5)];
    const svg = forecastChart(
      't',
      [
        { title: 'one', points },
        { title: 'two', points: [] },
      ],
      'band',
    );
    expect(svg.match(/d="M[^M"]*M[^M"]*"/g)).toHaveLength(1); // the actual line in two pieces
    expect(svg).toContain('two: nothing to show');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
