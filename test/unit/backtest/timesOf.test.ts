import { describe, expect, it } from 'vitest';
import { isClock, timeOf, timesOf } from '../../../src/backtest/timesOf.js';

const noon = Date.UTC(2021, 2, 4, 12, 30);

describe('timesOf', () => {
  it.each([
    '2021-03-04T12:30Z',
    '2021-03-04 12:30:00',
    '2021-03-04T14:30:00+02:00',
    '2021-03-04 07:00:00-0530',
    '2021/3/4 12:30',
    '2021.03.04 12:30:00.000',
    '04/03/2021 12:30',
    '4.3.2021 12:30:00',
    '04-03-2021 12:30 PM',
    '04/03/2021 12:30:00 UTC',
    `${noon}`,
    `${noon / 1000}`,
    `${noon}000`,
    `${noon}000000`,
  ])('reads %s', (cell) => {
    expect(timeOf(cell, true)).toBe(noon);
  });

  it.each([
    '',
    'soon',
    '2021-02-30',
    '2021-13-01',
    '2021-03-04 25:00',
    '2021-03-04 12:61',
    '31/31/2021',
    '12:30',
    '2021',
  ])('does not take %j for a day', (cell) => {
    expect(timeOf(cell, true) === Date.UTC(2021, 2, 4) || Math.abs(timeOf(cell, true)) > 1e11).toBe(false);
  });

  it('finds out whether the day or the month comes first: by a 13th, by the order of the rows, else the day', () => {
    const days = (...cells: string[]) => [...timesOf(cells)].map((tMs) => new Date(tMs).toISOString().slice(5, 10));
    expect(days('11/12/2021', '12/12/2021', '13/12/2021')).toEqual(['12-11', '12-12', '12-13']);
    expect(days('12/11/2021', '12/12/2021', '12/13/2021')).toEqual(['12-11', '12-12', '12-13']);
    expect(days('01/31/2021', '02/01/2021')).toEqual(['01-31', '02-01']);
    expect(days('01/01/2021', '01/02/2021', '01/03/2021', '02/01/2021')).toEqual(['01-01', '01-02', '01-03', '02-01']);
    expect(days('01/02/2021', '02/02/2021')).toEqual(['02-01', '02-02']);
  });

  it('tells a time of the day from a number', () => {
    expect(['17:24:00', '18.00.00', '5 pm', '17.24', '1724', 'x'].map(isClock)).toEqual([
      ...[true, true, true, false, false, false],
    ]);
  });
});
