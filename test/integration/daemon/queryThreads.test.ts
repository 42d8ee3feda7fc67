import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { QueryThreads, type QueryThreadsOptions } from '../../../src/daemon/queryThreads.js';
import type { Answer, Question } from '../../../src/http/questions.js';
import { bundle } from '../../support/bundle.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, rounds, StoreFixture, seriesRow } from '../../support/storeFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-threads-'));
const standIn = join(folder, 'standIn.mjs');
/** Does what the name of the series says. */
writeFileSync(
  standIn,
  `import { parentPort, workerData } from 'node:worker_threads';
   parentPort.on('message', ({ id, question }) => {
     if (question.series === 'hang') for (;;);
     if (question.series === 'crash') throw new Error('on purpose');
     if (question.series === 'exit') process.exit(0);
     if (question.series === 'silence') return;
     if (question.series === 'much' && workerData.briefMs) return parentPort.postMessage({ id, handedOver: true });
     const json = new TextEncoder().encode(JSON.stringify([question.series]));
     parentPort.postMessage({ id, answer: { json, rows: 1, etag: '""' } });
   });`,
);
const short = (series: string): Question => ({ kind: 'weights', series, atMs: 0 });
const long = (series: string): Question => ({ kind: 'accuracy', series });
const window = (series: string): Question => ({ kind: 'readings', series, fromMs: 0, most: 10_000 });
const rowsOf = ({ json }: Answer): unknown[] => JSON.parse(Buffer.from(json).toString());

let threads: QueryThreads | undefined;
const begin = (options: Partial<QueryThreadsOptions> = {}): QueryThreads => {
  threads = new QueryThreads({ db: join(folder, 'none.db'), workerUrl: pathToFileURL(standIn), ...options });
  return threads;
};
afterEach(() => threads?.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('QueryThreads', () => {
  it('answer short questions while a long one takes its time, and end what takes too much', async () => {
    const asked = begin({ mostMs: 3000, graceMs: 1000 });
    const endless = asked.ask(long('hang'));
    const refused = expect(endless).rejects.toMatchObject({ code: 'QUERY_TOO_COSTLY' });
    expect(rowsOf(await asked.ask(short('a')))).toEqual(['a']);
    const next = asked.ask(long('b'));
    await refused;
    expect(rowsOf(await next)).toEqual(['b']);
  });

  it('find out which window of time is a long question, and answer it all the same', async () => {
    const asked = begin();
    const endless = asked.ask(long('hang')).catch(() => undefined);
    expect(rowsOf(await asked.ask(window('few')))).toEqual(['few']);
    const waits = asked.ask(window('much')).catch(() => 'waited behind the long one');
    expect(rowsOf(await asked.ask(short('a')))).toEqual(['a']);
    await asked.stop();
    expect(await waits).toBe('waited behind the long one');
    await endless;
    expect(rowsOf(await begin().ask(window('much')))).toEqual(['much']);
  });

  it.each(['crash', 'exit'])('outlive a thread that comes to an end (%s)', async (series) => {
    const asked = begin();
    const ends = expect(asked.ask(short(series))).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    const next = asked.ask(short('a'));
    await ends;
    expect(rowsOf(await next)).toEqual(['a']);
  });

  it('let a bounded number wait', async () => {
    const asked = begin();
    const waiting = Array.from({ length: 65 }, () => asked.ask(long('silence')));
    const ended = Promise.allSettled(waiting);
    await expect(asked.ask(long('a'))).rejects.toMatchObject({ code: 'QUERY_BUSY' });
    expect(rowsOf(await asked.ask(short('a')))).toEqual(['a']);
    await asked.stop();
    expect(new Set((await ended).map(({ status }) => status))).toEqual(new Set(['rejected']));
    await expect(asked.ask(short('a'))).rejects.toThrow('ends');
  });

  it('do not look for what nobody waits for any more', async () => {
    const asked = begin({ mostMs: 3000, graceMs: 1000 });
    const first = asked.ask(long('hang')).catch(() => 'ended');
    const gone = new AbortController();
    const second = expect(asked.ask(long('crash'), gone.signal)).rejects.toThrow(/abort/);
    gone.abort();
    const third = asked.ask(long('c'));
    expect(await first).toBe('ended');
    await second;
    expect(rowsOf(await third)).toEqual(['c']);
  });

  it('cut a question off that costs too much, and give a page what there is time for', async () => {
    const fixture = new StoreFixture();
    try {
      const workerUrl = pathToFileURL(await bundle('src/daemon/queryWorker.ts'));
      const asked = begin({ db: fixture.path, workerUrl, pageMs: -1, mostMs: -1 });
      await expect(asked.ask(short('sensors/1'))).rejects.toMatchObject({ code: 'STORE_MISSING' });
      const store = await fixture.open();
      await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], ...rounds(1, 0, 2000) });
      await expect(asked.ask(long('sensors/1'))).rejects.toMatchObject({ code: 'QUERY_TOO_COSTLY' });
      const whole: Question = { kind: 'readings', series: 'sensors/1', most: 10_000 };
      for (const question of [whole, window('sensors/1')]) {
        let rows = 0;
        let pages = 0;
        let after: Answer['next'];
        do {
          const answer = await asked.ask({ ...question, ...(after && { after }) } as Question);
          rows += answer.rows;
          pages++;
          after = answer.next;
        } while (after);
        expect(rows).toBe(2000);
        expect(pages).toBeGreaterThan(1);
      }
    } finally {
      await fixture.clean();
    }
  });
});
