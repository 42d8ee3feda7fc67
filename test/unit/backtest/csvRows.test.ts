import { describe, expect, it } from 'vitest';
import { csvRows } from '../../../src/backtest/csvRows.js';

const rows = (text: string) => [...csvRows(text).rows];

describe('csvRows', () => {
  it.each([',', ';', '\t'])('sets cells apart by %j, whatever else stands in them', (delimiter) => {
    const text = `a${delimiter}b${delimiter}c\n1${delimiter} 2 ${delimiter}\r\n\n3${delimiter}${delimiter}4`;
    expect(rows(text)).toEqual([
      ['a', 'b', 'c'],
      ['1', '2', ''],
      ['3', '', '4'],
    ]);
    expect(csvRows(text).decimalComma).toBe(delimiter !== ',');
  });

  it('reads quoted cells: delimiters, quotes and line ends within', () => {
    expect(rows('"a;b;c;d",e\n"1\n2","say ""x"""\n')).toEqual([
      ['a;b;c;d', 'e'],
      ['1\n2', 'say "x"'],
    ]);
    expect(() => rows('a,b\n"1,2\n')).toThrow(/quote/i);
  });

  it('gives nothing for nothing', () => {
    expect([rows(''), rows('\n\r\n')]).toEqual([[], []]);
  });
});
