import { expect, test } from 'vitest';
import { AsOfForecasts } from '../../../../src/dashboard/series/asOfForecasts.js';
import type { ApiForecast } from '../../../../src/http/api.js';
import { forecastRow } from '../rows.js';

/** A store whose answers come when the test says so. */
function slowStore(actual: number | null) {
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const load = (time: number): Promise<ApiForecast[]> => {
    asked.push(time);
    return new Promise((resolve) => answers.push(() => resolve([forecastRow(0, 1, { time, actual })])));
  };
  const forecasts = new AsOfForecasts(load, () => Promise.resolve());
  return { forecasts, asked, answer: () => answers.shift()!() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('of many forecasts asked for during a drag the first and the last are read, and the last is shown', async () => {
  const { forecasts, asked, answer } = slowStore(1);
  const shown: number[][] = [];
  for (const time of [1, 2, 3, 4]) void forecasts.ask(time, ([row]) => shown.push([time, row.time]));
  answer();
  await turn();
  answer();
  await turn();
  expect(asked).toEqual([1, 4]);
  expect(shown).toEqual([[4, 4]]);
});

test('a forecast of which all has come is read once', async () => {
  const { forecasts, asked, answer } = slowStore(1);
  const shown: number[] = [];
  const done = forecasts.ask(7, ([row]) => shown.push(row.time));
  answer();
  await done;
  await forecasts.ask(7, ([row]) => shown.push(row.time));
  expect(asked).toEqual([7]);
  expect(shown).toEqual([7, 7]);
});

test('one that is still coming true is read again', async () => {
  const { forecasts, asked, answer } = slowStore(null);
  for (let look = 0; look < 2; look++) {
    const done = forecasts.ask(7, () => {});
    answer();
    await done;
  }
  expect(asked).toEqual([7, 7]);
});

test('a failure is told, and the next question is asked', async () => {
  let fails = true;
  const forecasts = new AsOfForecasts(async () => {
    if (fails) throw new Error('no answer');
    return [forecastRow(1)];
  });
  await expect(forecasts.ask(1, () => {})).rejects.toThrow('no answer');
  fails = false;
  const shown: number[] = [];
  await forecasts.ask(1, (rows) => shown.push(rows.length));
  expect(shown).toEqual([1]);
});
