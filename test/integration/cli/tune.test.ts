import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TunedInbox } from '../../../src/learning/tunedInbox.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, minute, readingRow, StoreFixture, seriesRow, startMs } from '../../support/storeFixture.js';
import { tentMap } from '../learning/support.js';

const executable = fileURLToPath(new URL('../../../dist/stepcast.js', import.meta.url));
const fixture = new StoreFixture();

beforeAll(async () => {
  const store = await fixture.open();
  const series = [seriesRow(1), seriesRow(2)];
  const readings = tentMap(600).map((y, i) => readingRow(i + 1, 1, startMs + i * minute, y));
  readings.push(...[1, 2, 3].map((y) => readingRow(1000 + y, 2, startMs + y * minute, y)));
  await commitBatch(store, { ...emptyBatch, series, readings });
  await store.close();
});
afterAll(() => fixture.clean());

function tune(...args: string[]) {
  const command = [executable, 'tune', '--db', fixture.path, '--model', 'gru-base', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 170_000 });
  return { status, stdout, stderr };
}

describe('stepcast tune', { timeout: 180_000 }, () => {
  it('says what would come of it and changes nothing, when it is a dry run', () => {
    const { status, stdout, stderr } = tune('--dry-run', '--json', 'sensors/1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [row] = JSON.parse(stdout);
    expect(row).toMatchObject({ series: 'sensors/1', from: 'gru-base@1', verdict: 'would be used' });
    expect(row.near).toBeLessThan(0.95);
    expect(existsSync(`${fixture.path}-tuned`)).toBe(false);
  });

  it('hands over what the gate let through, and leaves out what has too few readings', () => {
    const { status, stdout, stderr } = tune('--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject([
      { series: 'sensors/1', verdict: 'handed over' },
      { series: 'sensors/2', verdict: 'skipped', reason: 'too few readings' },
    ]);
    const [{ tuned, remove }] = [...new TunedInbox(fixture.path).take()];
    expect(tuned).toMatchObject({
      series: 'sensors/1',
      parent: 'gru-base@1',
      learned: { verdict: { promoted: true } },
    });
    expect(tuned.learned.candidate.length).toBeGreaterThan(10_000);
    remove();
    expect([...new TunedInbox(fixture.path).take()]).toEqual([]);
  });

  it('names the nearest series when it knows none of that name', () => {
    const { status, stderr } = tune('sensors/3');
    expect(status).toBe(1);
    expect(stderr).toContain('did you mean sensors/1');
  });
});
