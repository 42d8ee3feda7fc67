import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, expect } from 'vitest';

const reports = join(dirname(fileURLToPath(import.meta.url)), '../../../../reports/browser');
const program = process.env.STEPCAST_CHROMIUM ?? '/usr/bin/chromium';

export interface Visit {
  readonly page: Page;
  /** Every address that was asked for. */
  readonly requests: readonly string[];
  /** What the console complained of, and exceptions nobody caught. */
  readonly complaints: string[];
}

interface VisitOptions extends BrowserContextOptions {
  /** Complaints that belong to the test: a daemon that is down is not reached. */
  readonly expected?: RegExp;
}

/** Debian's Chromium for the tests of a file; after each, what every page must keep to. */
export function browsing() {
  let browser: Browser | undefined;
  const visits: (Visit & { readonly url: string; readonly expected?: RegExp })[] = [];

  afterEach(async () => {
    for (const { page, url, requests, complaints, expected } of visits.splice(0)) {
      await page.context().close();
      expect(complaints.filter((line) => !expected?.test(line))).toEqual([]);
      expect(requests.filter((address) => new URL(address).origin !== new URL(url).origin)).toEqual([]);
    }
  });
  afterAll(() => browser?.close());

  return async (url: string, { expected, ...options }: VisitOptions = {}): Promise<Visit> => {
    browser ??= await chromium.launch({
      executablePath: program,
      args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])], // Chromium has no sandbox for root
    });
    const size = { width: 1280, height: 860 };
    const context = await browser.newContext({ viewport: size, locale: 'en-GB', timezoneId: 'UTC', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const [requests, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    visits.push({ page, requests, complaints, url, ...(expected && { expected }) });
    await page.goto(url);
    return { page, requests, complaints };
  };
}

/** Kept beside the reports of the run. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(reports, { recursive: true });
  await page.screenshot({ path: join(reports, `${name}.png`), fullPage: true });
}

/** Whether the page is wider than its window. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
