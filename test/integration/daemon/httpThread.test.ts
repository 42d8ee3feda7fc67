import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HttpThread, type HttpThreadOptions } from '../../../src/daemon/httpThread.js';
import { bundle } from '../../support/bundle.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, rounds, StoreFixture, seriesRow, startMs } from '../../support/storeFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-http-'));
const fixture = new StoreFixture();
const http = { listen: { host: '127.0.0.1', port: 0 }, token: undefined, hosts: [], seriesMetrics: false };
const aheadMs = (): number => startMs - Date.now();
const patient = { timeout: 30_000, interval: 10 };
let workerUrl: URL;
let thread: HttpThread | undefined;
let logged: Record<string, unknown>[];

beforeAll(async () => {
  workerUrl = pathToFileURL(await bundle('src/daemon/httpWorker.ts'));
  await bundle('src/daemon/queryWorker.ts');
  const store = await fixture.open();
  await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], ...rounds(1, 0, 300) });
  await store.close();
});
afterEach(() => thread?.stop());
afterAll(async () => {
  await fixture.clean();
  rmSync(folder, { recursive: true, force: true });
});

function start(options: Partial<HttpThreadOptions> = {}): HttpThread {
  logged = [];
  const node = { node: 'pi', version: '1', started: 5, time: startMs, series: 3 };
  thread = new HttpThread({
    order: () => ({ http, db: fixture.path, hasMetrics: true, aheadMs: aheadMs() }),
    says: {
      state: () => ({ node, health: { status: 'ok' } }),
      health: () => ({ status: 'degraded', reasons: ['the disk is full'] }),
      metrics: async () => 'up 1\n',
    },
    ...{ onListeners: () => {}, onTaken: () => {}, onLost: () => {}, aheadMs },
    log: pino({ level: 'info' }, { write: (line) => logged.push(JSON.parse(line)) }),
    workerUrl,
    ...options,
  });
  thread.start();
  return thread;
}

const address = (): Promise<string> =>
  vi.waitFor(() => {
    const line = logged.find(({ msg }) => msg === 'dashboard');
    expect(line).toBeDefined();
    return line!.url as string;
  }, patient);

/** The status of the answer to a question that another thread asks while this one stands still. */
function answeredMeanwhile(url: string): number {
  const asks = `
    const { workerData: { url, shared } } = require('node:worker_threads');
    require('node:http').get(url, { agent: false }, (response) => {
      response.resume().on('end', () => {
        const status = new Int32Array(shared);
        Atomics.store(status, 0, response.statusCode);
        Atomics.notify(status, 0);
      });
    });`;
  const shared = new SharedArrayBuffer(4);
  const status = new Int32Array(shared);
  new Worker(asks, { eval: true, workerData: { url, shared } });
  Atomics.wait(status, 0, 0, 30_000);
  return status[0];
}

describe('HttpThread', () => {
  it('answers what is asked of the database while the thread of the readings stands still', async () => {
    start();
    const url = await address();
    const of = 'series=sensors/1';
    for (const path of [
      ...[`forecasts?${of}&issued=now`, `forecasts?${of}&from=-7d`, `readings?${of}&from=-7d`, `weights?${of}`],
      ...['series?accuracy=off', `accuracy?${of}`, 'decisions'],
    ])
      expect([path, answeredMeanwhile(`${url}/api/${path}`)]).toEqual([path, 200]);
    expect(answeredMeanwhile(`${url}/api/readings?series=unknown&from=-1d`)).toBe(404);
  });

  it('asks the daemon for what it alone knows', async () => {
    start();
    const url = await address();
    const [node, health, metrics] = await Promise.all(
      ['api/node', 'healthz', 'metrics'].map((path) => fetch(`${url}/${path}`)),
    );
    expect(await node.json()).toMatchObject({ node: 'pi', started: 5, series: 3 });
    expect([health.status, await health.json()]).toEqual([503, { status: 'degraded', reasons: ['the disk is full'] }]);
    expect(await metrics.text()).toBe('up 1\n');
  });

  it('says that it failed where the daemon does', async () => {
    start({
      says: {
        state: () => Promise.reject(new Error('on purpose')),
        health: () => Promise.reject(new Error('on purpose')),
        metrics: async () => '',
      },
    });
    const url = await address();
    expect((await fetch(`${url}/api/node`)).status).toBe(500);
    expect(logged.filter(({ path }) => path === '/api/node')).toHaveLength(1);
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([503, { reasons: ['Error: on purpose'] }]);
  });

  it('passes on what is heard, to who listens, and says goodbye', async () => {
    const listeners: (readonly string[] | undefined)[] = [];
    let taken = 0;
    const begun = start({ onListeners: (wanted) => listeners.push(wanted), onTaken: () => taken++ });
    const response = await fetch(`${await address()}/api/live?series=sensors/1`);
    await vi.waitFor(() => expect(listeners).toEqual([['sensors/1']]), patient);
    begun.post({ kind: 'heard', heard: { forecasts: [{ series: 'sensors/1', json: '{"last":3}' }] } });
    await vi.waitFor(() => expect(taken).toBe(1), patient);
    await begun.stop();
    const text = await response.text();
    expect([...text.matchAll(/event: (\w+)\ndata: (.*)/g)].map(([, name, data]) => [name, JSON.parse(data)])).toEqual([
      ['hello', expect.objectContaining({ node: 'pi' })],
      ['health', { status: 'ok' }],
      ['forecast', { last: 3 }],
      ['goodbye', {}],
    ]);
  });

  it.each(['crash', 'exit', 'silence'])('is started again when its thread is lost (%s)', async (how) => {
    const standIn = join(folder, `${how}.mjs`);
    writeFileSync(
      standIn,
      `import { parentPort } from 'node:worker_threads';
       parentPort.postMessage({ kind: 'taken' });
       parentPort.on('message', ({ kind }) => {
         if (kind === 'stop') return parentPort.close();
         if ('${how}' === 'crash') throw new Error('on purpose');
         if ('${how}' === 'exit') process.exit(0);
       });`,
    );
    let [begun, lost] = [0, 0];
    const options = { workerUrl: pathToFileURL(standIn), beatMs: 20, againMs: 1 };
    start({ ...options, onTaken: () => begun++, onLost: () => lost++ });
    await vi.waitFor(() => expect(begun).toBeGreaterThan(1), patient);
    expect(lost).toBeGreaterThan(0);
    expect(logged[0]).toMatchObject({ code: 'RUNTIME_FAILED', problem: expect.stringMatching(/purpose|ended|sign/) });
  });

  it('comes to an end, whatever its thread does', async () => {
    const standIn = join(folder, 'busy.mjs');
    writeFileSync(
      standIn,
      `import { parentPort } from 'node:worker_threads';
       parentPort.postMessage({ kind: 'taken' });
       parentPort.on('message', () => {
         for (;;);
       });`,
    );
    let [begun, lost] = [0, 0];
    const options = { workerUrl: pathToFileURL(standIn), stopMs: 1 };
    const busy = start({ ...options, onTaken: () => begun++, onLost: () => lost++ });
    await vi.waitFor(() => expect(begun).toBe(1), patient);
    await busy.stop();
    expect([begun, lost, logged]).toEqual([1, 0, []]);
  });

  it('is left alone as long as it gives signs of life', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let lost = 0;
      start({ onLost: () => lost++ });
      const url = await address();
      for (let beat = 0; beat < 10; beat++) {
        vi.advanceTimersByTime(5000);
        expect((await fetch(`${url}/healthz`)).status).toBe(503); // the beat was answered before
      }
      expect(lost).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
