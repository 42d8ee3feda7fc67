import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plotForecasts } from '../../../src/cli/plotForecasts.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, rounds, StoreFixture, seriesRow } from '../../support/storeFixture.js';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

describe('plotForecasts', () => {
  it('draws the newest forecasts of a series beside what came, one and all steps ahead, as SVG and PNG', async () => {
    const store = await fixture.open();
    await commitBatch(store, { ...emptyBatch, ...rounds(1, 0, 400), series: [seriesRow(1)] });
    const written = await plotForecasts(fixture.path, 'sensors/1', [], join(fixture.folder, 'picture'));
    expect(written).toEqual([join(fixture.folder, 'picture.svg'), join(fixture.folder, 'picture.png')]);
    const svg = readFileSync(written[0], 'utf8');
    expect(svg).toContain('<title>sensors/1</title>');
    expect(svg).toContain('>1 step ahead</text>');
    expect(svg).toContain('>3 steps ahead</text>');
    const points = [...svg.matchAll(/stroke-width="1.6" d="([^"]*)"/g)].map(([, d]) => d.split('L').length);
    expect(points).toEqual([300, 299, 300, 297]); // median and actual of each: the last targets have not come
    expect(readFileSync(written[1]).subarray(1, 4).toString()).toBe('PNG');
  });
});
