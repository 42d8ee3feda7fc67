import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/runCli.js';
import { QueryThreads } from '../../../src/daemon/queryThreads.js';
import { weighedNames, weighedSteps } from '../../../src/forecast/blendWeights.js';
import type { Answer, Question } from '../../../src/http/questions.js';
import type { Io } from '../../../src/io.js';
import type { CommitBatch, Store } from '../../../src/pipeline/ports.js';
import { openPostgresStore } from '../../../src/postgres/postgresStore.js';
import { Random } from '../../../src/series/random.js';
import { bundle } from '../../support/bundle.js';
import { commitBatch } from '../../support/commitBatch.js';
import {
  emptyBatch,
  forecastRow,
  minute,
  readingRow,
  StoreFixture,
  seriesRow,
  startMs,
} from '../../support/storeFixture.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';

const fixture = new StoreFixture();
const names = ['sensors/1', 'sensors/2', 'sensors/3'];
let server: PostgresServer;
let url: string;
let [onFile, onServer]: QueryThreads[] = [];

beforeAll(async () => {
  server = await startPostgres(['fsync = off']);
  url = await server.database('questions');
  const [file, shared] = [await fixture.open(), await openPostgresStore({ url })];
  await fill(file);
  await fill(shared);
  await file.close();
  await shared.close();
  const workerUrl = pathToFileURL(await bundle('src/daemon/queryWorker.ts'));
  onFile = new QueryThreads({ db: fixture.path, workerUrl });
  onServer = new QueryThreads({ db: url, workerUrl });
});
afterAll(async () => {
  await onFile?.stop();
  await onServer?.stop();
  await server?.stop();
  await fixture.clean();
});

/** Three series, one of which was never heard of again: steps of their own width, some without a forecast, two models, weights, decisions. */
async function fill(store: Store): Promise<void> {
  await store.acquire?.(names.map((seriesId, i) => ({ seriesId, settings: seriesRow(i + 1).settings })));
  const random = new Random(11);
  const drawn: CommitBatch = { ...emptyBatch, series: [1, 2, 3].map(seriesRow) };
  const batch = { ...drawn, readings: [...drawn.readings], forecasts: [...drawn.forecasts] };
  let tMs = startMs;
  for (let tick = 0; tick < 700; tick++) {
    tMs += 1 + Math.floor(random.uniform() ** 4 * 3 * minute);
    for (const series of tick < 3 ? [1, 2, 3] : [1, 2]) {
      const id = 3 * tick + series;
      const value = Math.round(random.normal() * 1000) / 100;
      batch.readings.push(readingRow(id, series, tMs, value));
      if (random.uniform() < 0.05) continue;
      const row = forecastRow(id, series, tick, tMs, value, 6);
      const model = series === 2 && tick > 300 ? 'gru-base@2' : row.model;
      const weights = Float64Array.from(
        { length: weighedNames.length * weighedSteps(6).length },
        (_, i) => (i % 5) / 4,
      );
      batch.forecasts.push({ ...row, model, stepMs: 1 + Math.floor(random.uniform() * minute), weights });
    }
  }
  const summaries = [1, 2].map((series) => ({
    series,
    stepMs: minute,
    season: 12 * series,
    model: `gru-base@${series}`,
  }));
  const decision = {
    kind: 'tune',
    verdict: 'promoted',
    reason: 'better',
    figures: { gain: 0.25, n: 3 },
    durationMs: 5,
  };
  const decisions = [
    { ...decision, timeMs: startMs, model: 'gru-base@2', series: 'sensors/1' },
    { ...decision, timeMs: startMs + minute, model: 'gru-base@1', series: undefined },
  ];
  await commitBatch(store, { ...batch, summaries, decisions } as CommitBatch);
}

const text = ({ json }: Answer): string => Buffer.from(json).toString();

/** All pages of a question, as one. */
async function all(threads: QueryThreads, question: Question): Promise<unknown[]> {
  const rows: unknown[] = [];
  let after: Answer['next'];
  do {
    const answer = await threads.ask({ ...question, ...(after !== undefined && { after }) } as Question);
    rows.push(...JSON.parse(text(answer)));
    after = answer.next;
  } while (after !== undefined);
  return rows;
}

const series = 'sensors/2';
const windowMs = { fromMs: startMs + 100 * minute, toMs: startMs + 300 * minute };
const most = 500;

describe('questions to PostgreSQL', () => {
  it.each<[string, Question]>([
    ['the list of series', { kind: 'series', most: 2, spark: 20, accuracy: true }],
    ['a part of it', { kind: 'series', search: 'SORS/2', most: 10, spark: 0, accuracy: false }],
    ['readings', { kind: 'readings', series, most }],
    ['readings of a window', { kind: 'readings', series, ...windowMs, most: 7 }],
    ['the newest forecasts', { kind: 'forecasts', series, issued: 'latest', most }],
    ['every forecast', { kind: 'forecasts', series, issued: 'all', most }],
    [
      'every forecast of one step of a window',
      { kind: 'forecasts', series, issued: 'all', horizon: 4, ...windowMs, most },
    ],
    ['the forecast in force at a moment', { kind: 'forecasts', series, issued: startMs + 200 * minute, most }],
    ['accuracy', { kind: 'accuracy', series }],
    ['accuracy since a moment', { kind: 'accuracy', series, sinceMs: startMs + 150 * minute, horizons: [null, 1, 6] }],
    ['weights', { kind: 'weights', series, atMs: startMs + 200 * minute }],
    ['weights before there were any', { kind: 'weights', series, atMs: startMs - 1 }],
    ['models', { kind: 'models' }],
    ['decisions', { kind: 'decisions', series: 'sensors/1' }],
    ['decisions on a version', { kind: 'decisions', model: 'gru-base@1' }],
  ])('give %s as the file does', async (name, question) => {
    const wanted = await all(onFile, question);
    expect(await all(onServer, question)).toEqual(wanted);
    if (!/before|models/.test(name)) expect(wanted.length).toBeGreaterThan(0);
  });

  it('give the same bytes, and so the same ETag', async () => {
    const question: Question = { kind: 'forecasts', series, issued: 'latest', ...windowMs, most: 20_000 };
    const [one, other] = [await onFile.ask(question), await onServer.ask(question)];
    expect(text(other)).toBe(text(one));
    expect(other.etag).toBe(one.etag);
  });

  it('name the series that were meant, where there is none of that name', async () => {
    for (const kind of ['accuracy', 'readings', 'forecasts', 'weights', 'series'] as const) {
      const question = { kind, series: 'sensors/20', issued: 'latest', atMs: 0, most, spark: 0 } as unknown as Question;
      await expect(onServer.ask(question)).rejects.toMatchObject({
        code: 'SERIES_UNKNOWN',
        hint: expect.stringContaining('sensors/2'),
      });
    }
  });

  it.each([
    ['series'],
    ['query', series],
    ['query', series, '--issued', 'all', '--horizon', '2'],
    ['accuracy'],
    ['accuracy', series],
    ['models', 'list'],
  ])('let the command line print what it prints of the file: %s %s', async (...command) => {
    const args = [...command, '--json'];
    const wanted = await printed([...args, '--db', fixture.path]);
    expect(await printed([...args, '--db', url])).toBe(wanted);
    expect(wanted.length).toBeGreaterThan(1);
  });

  it('say that a database is not there, without its password', async () => {
    const away = url.replace(/questions(?=$|\?)/, 'nowhere').replace(/:\/\/([^@/]*@)?/, '://somebody:secret@');
    const { stderr, code } = await ran(['series', '--db', away]);
    expect(code).toBe(1);
    expect(stderr).not.toContain('secret');
  });
});

async function ran(args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  let [stdout, stderr] = ['', ''];
  const io: Io = {
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    env: {},
    hostName: 'here',
    nowMs: () => startMs,
  };
  const code = await runCli(args, io, '0.0.0');
  return { stdout, stderr, code };
}

const printed = async (args: string[]): Promise<string> => (await ran(args)).stdout;
