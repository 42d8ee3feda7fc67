import { describe, expect, it } from 'vitest';
import { barPanels } from '../../../src/charts/barPanels.js';
import { lineChart } from '../../../src/charts/lineChart.js';
import { shortNumber } from '../../../src/charts/shortNumber.js';

describe('lineChart', () => {
  const chart = (points: [number, number][], logarithmic = false): string =>
    lineChart({ title: 'a < b & "c"', x: 'lag', y: 'size', logarithmic, lines: [{ name: 'h<1>', points }] });

  it('draws a point where its axes say it is', () => {
    const svg = chart([
      [0, 0],
      [10, 100],
    ]);
    expect(svg).toContain('d="M64,354L696,64"'); // the corners of the frame
    expect(svg).toMatch(/>100<\/text>/);
  });

  it('leaves out what a logarithm has no place for, and what is no number', () => {
    const svg = chart(
      [
        [0, 1],
        [1, 0],
        [2, Number.NaN],
        [3, 0.001],
      ],
      true,
    );
    expect(svg).toContain('d="M64,64L696,354"');
  });

  it('escapes names, and carries colours for light and dark pages', () => {
    const svg = chart([[0, 1]]);
    expect(svg).toContain('<title>a &lt; b &amp; &quot;c&quot;</title>');
    expect(svg).toContain('>h&lt;1&gt;</text>');
    expect(svg).toContain('prefers-color-scheme: dark');
  });

  it('draws an empty frame for nothing', () => {
    expect(chart([])).toContain('d=""');
  });
});

describe('barPanels', () => {
  it('makes the largest bar as wide as there is room, the others in proportion, and a dash for nothing', () => {
    const svg = barPanels({
      title: 't',
      names: ['aa', 'bb', 'cc'],
      panels: [{ title: 'p', values: [4, 1, Number.NaN] }],
    });
    const widths = [...svg.matchAll(/width="([\d.]+)" height="22"/g)].map(([, width]) => Number(width));
    expect(widths).toHaveLength(2);
    expect(widths[0] / widths[1]).toBeCloseTo(4, 1);
    expect(svg).toContain('>–</text>');
  });
});

describe('shortNumber', () => {
  it.each([
    [0, '0'],
    [0.5, '0.5'],
    [1e-5, '1e−5'],
    [1234.5, '1230'],
    [11_120, '11.1k'],
    [2_500_000, '2.5M'],
    [-12_345, '-12.3k'],
  ])('says %d as %s', (value, text) => expect(shortNumber(value)).toBe(text));
});
