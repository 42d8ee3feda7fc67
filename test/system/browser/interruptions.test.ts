import { expect, test } from 'vitest';
import { cleanup } from '../crash/support/cleanup.js';
import { workDirs } from '../crash/support/workDir.js';
import { browsing, picture } from './support/browser.js';
import { recordings } from './support/recordings.js';
import { expectShown } from './support/shown.js';
import { soon } from './support/soon.js';
import { startStation } from './support/station.js';

const newDir = workDirs();
const undo = cleanup();
const visit = browsing();

const series = 'sensors/seattle/air.temperature';
const isDown = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;

test('a page survives a restart of the daemon, and says so meanwhile', async () => {
  const station = await startStation({ dir: newDir(), undo });
  await station.send(recordings(100));
  const { page } = await visit(`${station.url}#/series/${series}`, { expected: isDown });
  await page.locator('.caption').getByText('Now,').waitFor();
  const before = await page.locator('.chart').getAttribute('data-issued');

  await station.stop();
  await page.getByText('The daemon does not answer since').waitFor();
  await page.getByText('no connection', { exact: true }).waitFor();
  expect(await page.locator('.chart').getAttribute('data-issued')).toBe(before);
  await picture(page, 'daemon-away');

  await station.start();
  await page.getByText('The daemon does not answer since').waitFor({ state: 'hidden' });
  await page.getByText('live', { exact: true }).waitFor();
  await station.send(recordings(2, 100));
  await soon(() => page.locator('.chart').getAttribute('data-issued')).not.toBe(before);
  const rows = await station.ask<{ series: string; last_value: number }>('series');
  const { last_value } = rows.find((row) => row.series === series)!;
  await expect
    .poll(async () => Number(await page.locator('[data-fact="last"] .figure').textContent()))
    .toBeCloseTo(last_value, 6);
});

test('a daemon with a token asks for it once, and keeps it out of scripts and addresses', async () => {
  const token = 'correct horse battery staple';
  const station = await startStation({ dir: newDir(), undo, http: { token } });
  await station.send(recordings(20));
  const expected = /status of 401/;
  const { page, requests } = await visit(station.url, { expected });
  const input = page.getByLabel('Token');
  await input.fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('That is not the token of this device.').waitFor();
  await picture(page, 'login');
  await input.fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: series }).waitFor();
  await page.getByText('live', { exact: true }).waitFor();

  await page.reload();
  await page.getByRole('link', { name: series }).waitFor();
  expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain(token);
  expect(requests.filter((address) => decodeURIComponent(address).includes('horse'))).toEqual([]);
  const listed = await station.ask<{ series: string; last_value: number }>('series');
  const shown = page.getByRole('row').filter({ has: page.getByRole('link', { name: listed[0].series }) });
  expectShown((await shown.locator('.cell.last span').first().textContent())!, listed[0].last_value);
});
