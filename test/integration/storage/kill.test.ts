import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Random } from '../../../src/series/random.js';
import { bundle } from '../../support/bundle.js';
import { StoreFixture } from '../../support/storeFixture.js';

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

it('loses no committed row and shows no half transaction when it is killed at any moment, nine times in a row', async () => {
  const [script, worker] = await Promise.all([
    bundle('test/support/committingProcess.ts'),
    bundle('src/storage/storageWorker.ts'),
  ]);
  const random = new Random(20260105);
  let told = 0;
  for (let kill = 0; kill < 9; kill++) {
    const child = spawn(process.execPath, [script, fixture.path, worker], { stdio: ['ignore', 'pipe', 'inherit'] });
    const commits = 5 + random.integer(40);
    let heard = 0;
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const line of lines) told = Number(line);
      heard += lines.length;
      if (heard >= commits) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');

    const db = new Database(fixture.path);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const row = (sql: string) => db.prepare(sql).raw().get() as number[];
    const [count, last] = row('SELECT count(*), max(id) FROM reading');
    expect(last).toBeGreaterThanOrEqual(told);
    expect([count, last % 3]).toEqual([last, 0]);
    expect(row('SELECT count(*), max(id) FROM forecast')).toEqual([count, last]);
    expect(row('SELECT reading FROM snapshot')).toEqual([last]);
    const [state] = db.prepare('SELECT state FROM snapshot').pluck().all() as Buffer[];
    expect(state.every((byte) => byte === (last / 3 - 1) % 251)).toBe(true);
    db.close();
  }
  expect(told).toBeGreaterThan(100);
});
