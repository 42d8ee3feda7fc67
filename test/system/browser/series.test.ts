import { expect, test } from 'vitest';
import type { ApiForecast } from '../../../src/http/api.js';
import { cleanup } from '../crash/support/cleanup.js';
import { eventually } from '../crash/support/eventually.js';
import { workDirs } from '../crash/support/workDir.js';
import { browsing, overflows, picture } from './support/browser.js';
import { recordings } from './support/recordings.js';
import { expectShown } from './support/shown.js';
import { soon } from './support/soon.js';
import { startStation } from './support/station.js';

const newDir = workDirs();
const undo = cleanup();
const visit = browsing();

const series = 'sensors/seattle/air.temperature';

test('of one series the page shows what is stored, at any moment one drags back to', async () => {
  const station = await startStation({ dir: newDir(), undo });
  await station.send(recordings(400));
  const { page } = await visit(`${station.url}#/series/${series}`);
  const chart = page.locator('.chart');
  const caption = page.locator('.caption');
  const madeAfter = async (): Promise<number> => {
    await soon(() => chart.getAttribute('aria-busy')).toBe('false');
    return Number(await chart.getAttribute('data-time'));
  };
  const isMadeAfter = (wanted: (ms: number) => boolean): Promise<void> =>
    eventually('another forecast is shown', async () => wanted(await madeAfter()), 60_000);
  const shownRows = async (): Promise<string[][]> => {
    const rows = await page.locator('.figures tbody tr').all();
    return Promise.all(rows.map(async (row) => row.locator('td').allTextContents()));
  };
  const expectStored = async (): Promise<ApiForecast[]> => {
    const timeMs = await madeAfter();
    const all = await station.ask<ApiForecast>('query', series, '--issued', 'all', '--from', String(timeMs));
    const stored = all.filter(({ time }) => time === timeMs);
    expect(await chart.getAttribute('data-issued')).toBe(String(stored[0].issued));
    const rows = await shownRows();
    expect(rows).toHaveLength(stored.length);
    for (const [i, { q10, q50, q90, actual }] of stored.entries()) {
      const [, low, median, high, came, error] = rows[i];
      for (const [text, value] of [
        [low, q10],
        [median, q50],
        [high, q90],
        [came, actual],
      ] as const)
        expectShown(text, value);
      expectShown(error, actual === null ? null : q50! - actual);
    }
    return stored;
  };

  await page.getByText('This forecast in figures').click();
  await caption.getByText('Now,').waitFor();
  await isMadeAfter((ms) => ms > 0);
  const latestMs = await madeAfter();
  const latest = await expectStored();
  expect(latest.every(({ actual }) => actual === null)).toBe(true);
  await picture(page, 'series-now');

  const plot = (await page.locator('.u-over').boundingBox())!;
  await page.mouse.move(plot.x + 0.9 * plot.width, plot.y + plot.height / 2);
  await page.mouse.down();
  await page.mouse.move(plot.x + 0.5 * plot.width, plot.y + plot.height / 2, { steps: 12 });
  await page.mouse.up();
  await caption.getByText(/^As of .* all of which have come/).waitFor();
  const past = await expectStored();
  expect(past[0].time).toBeLessThan(latestMs);
  expect(past.every(({ actual }) => actual !== null)).toBe(true);
  const within = past.filter(({ q10, q90, actual }) => q10! <= actual! && actual! <= q90!).length;
  await caption.getByText(`${within} of ${past.length} within the 80 % band`).waitFor();
  await picture(page, 'series-past');

  const draggedTo = await madeAfter();
  await page.getByRole('slider', { name: 'Forecast as of' }).focus();
  await page.keyboard.press('ArrowLeft');
  await isMadeAfter((ms) => ms < draggedTo);
  await expectStored();
  await page.getByRole('button', { name: 'Later' }).click();
  await isMadeAfter((ms) => ms === draggedTo);
  await page.getByRole('slider', { name: 'Forecast as of' }).focus();
  await page.keyboard.press('End');
  await isMadeAfter((ms) => ms === latestMs);
  await caption.getByText('Now,').waitFor();

  await station.send(recordings(1, 400));
  await isMadeAfter((ms) => ms > latestMs);
  const [row] = await station
    .ask<{ series: string; last_value: number }>('series')
    .then((rows) => rows.filter((one) => one.series === series));
  expectShown((await page.locator('[data-fact="last"] .figure').textContent())!, row.last_value);
  await expectStored();
});

test('error by steps ahead, weights and decisions are those of the store', async () => {
  const station = await startStation({ dir: newDir(), undo });
  await station.send(recordings(400));
  const { page } = await visit(`${station.url}#/series/${series}`);
  const range = page.locator('.ranges button').last();
  await range.click(); // all there is
  await soon(() => range.getAttribute('aria-pressed')).toBe('true');
  await page.getByText('Figures', { exact: true }).click();

  const accuracy = await station.ask<{ horizon: number; mae: number; coverage: number; n: number; model: string }>(
    'accuracy',
    series,
  );
  const rows = page.getByRole('region', { name: 'Error by steps ahead' }).locator('tbody tr');
  expect(new Set(accuracy.map(({ model }) => model)).size).toBe(1);
  await soon(() => rows.first().locator('td').last().textContent()).toBe(String(accuracy[0].n));
  for (const [i, { horizon, mae, coverage, n }] of accuracy.entries()) {
    const [steps, error, , inBand, forecasts] = await rows.nth(i).locator('td').allTextContents();
    expect([steps, forecasts]).toEqual([String(horizon), String(n)]);
    expectShown(error, mae);
    expectShown(inBand, coverage);
  }
  await soon(() => page.locator('.weights li').count()).toBeGreaterThan(1);

  const { versions, decisions } = (await station.ask('models', 'show', 'gru-base')) as unknown as {
    versions: { name: string; version: number }[];
    decisions: { series: string | null }[];
  };
  const used = versions.filter(({ name }) => name === 'gru-base' || name === `gru-base:${series}`);
  await soon(() => page.locator('.lineage li').count()).toBe(used.length);
  const own = decisions.filter((decision) => decision.series === series || decision.series === null);
  await soon(() => page.locator('.decisions li').count()).toBe(own.length);
  await picture(page, 'series-error');
});

test('a name that no series has is answered with what to do, and the page fits a phone', async () => {
  const station = await startStation({ dir: newDir(), undo });
  await station.send(recordings(60));
  const expected = /status of 404/;
  const { page } = await visit(`${station.url}#/series/no%20such`, { viewport: { width: 360, height: 740 }, expected });
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
  await page.getByRole('link', { name: '← All series' }).click();
  await page.getByRole('link', { name: series }).click();
  await page.locator('.caption').getByText('Now,').waitFor();
  expect(await overflows(page)).toBe(false);
  await picture(page, 'phone-series');
  await page.getByRole('link', { name: 'Models' }).click();
  await page.getByRole('heading', { name: 'gru-base', exact: true }).waitFor();
  expect(await overflows(page)).toBe(false);
  await picture(page, 'phone-models');
});
