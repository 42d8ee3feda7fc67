import { expect, test } from 'vitest';
import { cleanup } from '../crash/support/cleanup.js';
import { workDirs } from '../crash/support/workDir.js';
import { browsing, overflows, picture } from './support/browser.js';
import { recordings } from './support/recordings.js';
import { expectShown } from './support/shown.js';
import { soon } from './support/soon.js';
import { startStation } from './support/station.js';

const newDir = workDirs();
const undo = cleanup();
const visit = browsing();

interface Listed {
  readonly series: string;
  readonly last_value: number;
  readonly mae1: number;
  readonly persistence1: number;
  readonly coverage: number;
}

test('the list says what the store says, and follows what comes', async () => {
  const station = await startStation({ dir: newDir(), undo });
  await station.send(recordings(200));
  const { page } = await visit(station.url, { colorScheme: 'dark' });
  const row = (series: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: series, exact: true }) });
  const expectStored = async (): Promise<void> => {
    const listed = await station.ask<Listed>('series');
    expect(listed).toHaveLength(4);
    for (const { series, last_value, mae1, persistence1, coverage } of listed) {
      const [next] = await station.ask<{ q10: number; q50: number; q90: number }>(
        'query',
        series,
        '--issued',
        'now',
        '--horizon',
        '1',
      );
      const cell = (name: string) => row(series).locator(`.cell.${name} span`);
      await soon(() => cell('coverage').textContent()).toMatch(/%$/);
      expectShown((await cell('last').first().textContent())!, last_value);
      expectShown((await cell('next').first().textContent())!, next.q50);
      const [low, high] = (await cell('next').last().textContent())!.split(' … ');
      expectShown(low, next.q10);
      expectShown(high, next.q90);
      expectShown((await cell('skill').textContent())!, 1 - mae1 / persistence1);
      expectShown((await cell('coverage').textContent())!, coverage);
      expect(await row(series).locator('path').getAttribute('d')).toMatch(/^M0 .*L120 /);
    }
  };
  await expectStored();
  await picture(page, 'list-dark');

  const before = await row('sensors/airports.departures').locator('.cell.next').textContent();
  await station.send(recordings(3, 200));
  await soon(() => row('sensors/airports.departures').locator('.cell.next').textContent()).not.toBe(before);
  const [{ last_value }] = await station.ask<Listed>('series');
  await expect
    .poll(async () => Number(await row('sensors/airports.departures').locator('.cell.last span').first().textContent()))
    .toBeCloseTo(last_value, 6);
});

test('the list is used by keyboard alone', async () => {
  const station = await startStation({ dir: newDir(), undo });
  await station.send(recordings(30));
  const { page } = await visit(station.url);
  await page.getByRole('link', { name: 'sensors/airports.departures' }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
  const active = async (): Promise<string | null> => {
    const id = await page.getByRole('grid').getAttribute('aria-activedescendant');
    return id === null ? null : page.locator(`#${id} a`).textContent();
  };
  for (let tabs = 0; tabs < 20 && (await page.locator(':focus').getAttribute('role')) !== 'grid'; tabs++)
    await page.keyboard.press('Tab');
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  expect(await active()).toBeNull();
  await page.keyboard.press('ArrowDown');
  expect(await active()).toBe('sensors/airports.departures');
  await page.keyboard.press('End');
  expect(await active()).toBe('sensors/seattle/weather.high');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'sensors/seattle/air.temperature' }).waitFor();
  expect(await page.locator(':focus').getAttribute('id')).toBe('main');
  await page.goBack();
  const search = page.getByRole('searchbox');
  await search.fill('york');
  await page.getByText('1 of 4 series').waitFor();
  expect(await page.locator('.row').count()).toBe(1);
  await search.fill('nowhere');
  await page.getByText('No series is called that').waitFor();
});

test('of a thousand series a few rows are drawn, and every one is reached', async () => {
  const station = await startStation({ dir: newDir(), undo });
  const topics = Array.from({ length: 1000 }, (_, i) => `sensors/hall/${String(i).padStart(4, '0')}`);
  const reading = (topic: string, i: number, step: number) => ({
    topic,
    payload: { time: 60_000 * step + 1e12, level: i + step / 10 },
  });
  await station.send([0, 1].flatMap((step) => topics.map((topic, i) => reading(topic, i, step))));
  const { page, requests } = await visit(station.url, { viewport: { width: 390, height: 800 } });
  await page.getByText('1,000 series').waitFor();
  const grid = page.getByRole('grid');
  expect(await grid.getAttribute('aria-rowcount')).toBe('1001');
  await page.getByRole('link', { name: 'sensors/hall/0000.level' }).waitFor();
  expect(await page.locator('.row').count()).toBeLessThan(40);
  expect(await overflows(page)).toBe(false);

  await grid.focus();
  await page.keyboard.press('End');
  await page.getByRole('link', { name: 'sensors/hall/0999.level' }).waitFor();
  expect(await page.locator('.row').count()).toBeLessThan(40);
  await page.getByRole('searchbox').fill('0500');
  await page.getByText('1 of 1,000 series').waitFor();
  await station.send([reading(topics[500], 777, 2)]);
  await soon(() => page.locator('.row .cell.last span').first().textContent()).toMatch(/^777/);
  await picture(page, 'phone-search');
  expect(requests.filter((address) => new URL(address).searchParams.has('series'))).toEqual([]);
});

test('colours follow the system, and a choice outlives the page', async () => {
  const station = await startStation({ dir: newDir(), undo });
  const { page } = await visit(station.url, { colorScheme: 'dark' });
  await page.getByText('Nothing has been heard yet').waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
  const dark = await ground();
  await picture(page, 'empty-dark');
  await page.getByRole('combobox', { name: 'Colours' }).selectOption('light');
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.reload();
  await page.getByText('Nothing has been heard yet').waitFor();
  expect(await ground()).toBe(light);
});
