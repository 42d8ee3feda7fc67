import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTable } from '../../../src/backtest/readTable.js';

const dir = mkdtempSync(join(tmpdir(), 'stepcast-table-'));
afterAll(() => rmSync(dir, { recursive: true }));

function table(text: string, options: { time?: string; values?: string[]; texts?: string[]; strict?: boolean } = {}) {
  const file = join(dir, 'data.csv');
  writeFileSync(file, text);
  return readTable(file, { values: [], ...options });
}

describe('readTable', () => {
  it('finds the time by its name and takes every numeric column', () => {
    const { timesMs, columns } = table('id,date,load,note\na,2020-01-01 00:00:00,1.5,x\nb,2020-01-01 01:00:00,2.5,y\n');
    expect([...timesMs]).toEqual([Date.UTC(2020, 0, 1), Date.UTC(2020, 0, 1, 1)]);
    expect([...columns.keys()]).toEqual(['load']);
  });

  it.each([
    ['2020-01-01T00:00:00+02:00', Date.UTC(2019, 11, 31, 22)],
    ['2020-01-01', Date.UTC(2020, 0, 1)],
    ['1577836800', Date.UTC(2020, 0, 1)],
    ['1577836800000', Date.UTC(2020, 0, 1)],
    ['1990/1/1 0:00', Date.UTC(1990, 0, 1)],
    ['31.01.2020 00:10:00', Date.UTC(2020, 0, 31, 0, 10)],
    ['2020-01-01T00:00:00.250Z', Date.UTC(2020, 0, 1) + 250],
  ])('reads the time %s', (cell, tMs) => {
    expect(table(`time,y\n${cell},1\n${cell},2\n`).timesMs[0]).toBe(tMs);
  });

  it('takes a column of days and one of times together, semicolons, decimal commas, a byte order mark and CRLF', () => {
    const { timesMs, columns } = table(
      '\u{feff}Date;Time;CO;\r\n10/03/2004;18.00.00;2,6;\r\n10/03/2004;19.30.00;-0,5;\r\n\r\n',
    );
    expect([...timesMs]).toEqual([Date.UTC(2004, 2, 10, 18), Date.UTC(2004, 2, 10, 19, 30)]);
    expect([...columns]).toEqual([['CO', Float64Array.of(2.6, -0.5)]]);
  });

  it('takes a column for numbers when most of its cells are some', () => {
    const { columns } = table('time,y,mode\n1,1,a\n2,bad,2\n3,3,b\n');
    expect([...columns]).toEqual([['y', Float64Array.of(1, Number.NaN, 3)]]);
  });

  it('finds a time column without a name', () => {
    const { timesMs, columns } = table(',y\n2020-01-01,1\n2020-01-02,2\n');
    expect(timesMs[1]).toBe(Date.UTC(2020, 0, 2));
    expect([...columns.keys()]).toEqual(['y']);
  });

  it('takes empty cells and NA for missing', () => {
    const { columns } = table('time,y\n2020-01-01,1\n2020-01-02,\n2020-01-03,NA\n2020-01-04,4\n', { values: ['y'] });
    expect([...columns.get('y')!]).toEqual([1, Number.NaN, Number.NaN, 4]);
  });

  it('keeps columns as text when asked for, numbers among them, and takes no values from them', () => {
    const { columns, texts } = table('time,run,y,label\n1,7,1,walk\n2,8,2,rest\n', { texts: ['run', 'label'] });
    expect([...columns.keys()]).toEqual(['y']);
    expect(texts).toEqual(
      new Map([
        ['run', ['7', '8']],
        ['label', ['walk', 'rest']],
      ]),
    );
  });

  it.each([
    ['a column that is not there', 'time,y\n1,1\n2,2\n', { values: ['z'] }, /has no column "z".*columns: time, y/s],
    ['text in a named column', 'time,y\n1,1\n2,two\n', { values: ['y'] }, /line 3, column y: "two" is no number/],
    [
      'text below numbers when strict',
      'time,y\n1,1\n2,two\n',
      { strict: true },
      /line 3, column y: "two" is no number/,
    ],
    ['an empty column that was named', 'time,y,z\n1,1,\n2,2,\n', { values: ['y', 'z'] }, /column z is empty/],
    ['rows that run backwards', 'time,y\n2020-01-02,1\n2020-01-01,2\n', {}, /column time runs backwards.*sort/],
    ['a file without a header', '2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n', {}, /has no header/],
    ['no column of times', 'a,b\n1,2\n3,4\n', {}, /has no column of times.*--time; columns: a, b/],
    ['a time that is none', 'time,y\nsoon,1\n2,2\n', {}, /line 2, column time: "soon" is no time/],
    ['too few rows', 'time,y\n1,1\n', {}, /fewer than two rows/],
    ['no number at all', 'time,y\n1,a\n2,b\n', {}, /no numeric column/],
    ['an empty file', '', {}, /fewer than two rows/],
  ])('names %s', (_, text, options, message) => {
    expect(() => table(text, options)).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', line: expect.stringMatching(message) }),
    );
  });
});
