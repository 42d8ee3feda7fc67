import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedTicks } from '../../../src/daemon/storedTicks.js';
import { fineTune } from '../../../src/learning/fineTune.js';
import type { LearningProgress, LearningTask } from '../../../src/learning/learningProtocol.js';
import { startLearning } from '../../../src/learning/startLearning.js';
import { bundle } from '../../support/bundle.js';
import { commitBatch } from '../../support/commitBatch.js';
import { emptyBatch, minute, readingRow, StoreFixture, seriesRow, startMs } from '../../support/storeFixture.js';
import { runtime, tentMap } from './support.js';

const incumbent = new Uint8Array(readFileSync(new URL('../../../models/gru-base.onnx', import.meta.url)));
const values = tentMap(500);
const fixture = new StoreFixture();
let workerUrl: URL;
let task: LearningTask;

beforeAll(async () => {
  workerUrl = pathToFileURL(await bundle('src/daemon/learningWorker.ts'));
  const store = await fixture.open();
  const readings = values.map((y, i) => readingRow(i + 1, 1, startMs + i * minute, y));
  await commitBatch(store, { ...emptyBatch, series: [seriesRow(1)], readings });
  task = {
    ...{ name: 'gru-base:sensors/1', version: 1, incumbent, isOwn: false, deepAt: 0, seed: 3, steps: 30 },
    ...{ db: fixture.path, series: ['sensors/1'], maxCpu: 1, recipe: { bptt: 24, batch: 16, hiddenSize: 8 } },
  };
});
afterAll(() => fixture.clean());

/** A thread that does `body` in place of learning. */
function thread(body: string): URL {
  const file = join(fixture.folder, `${body.length}.mjs`);
  writeFileSync(file, body);
  return pathToFileURL(file);
}

describe('startLearning', () => {
  it('gives the candidate that the same fine-tune gives in this thread', async () => {
    const stages: LearningProgress['stage'][] = [];
    const learned = await startLearning({ task, workerUrl, onProgress: ({ stage }) => stages.push(stage) });
    const series = await storedTicks(fixture.path, ['sensors/1'], 6000);
    expect(series[0].ticks.map(({ y }) => y)).toEqual(values);
    const here = await fineTune({ ...task, series, from: 'incumbent', depth: 'first' }, runtime);
    expect(learned).toMatchObject({ depth: 'first', ticks: values.length, steps: 30 });
    expect(Buffer.from(learned.candidate).equals(here.candidate)).toBe(true);
    expect(learned.verdict).toEqual(here.verdict);
    expect([...new Set(stages)]).toEqual(['rows', 'training', 'judging']);
  });

  it('keeps to its share of a core', async () => {
    const began = performance.now();
    const { cpuMs } = await startLearning({ task: { ...task, maxCpu: 0.2 }, workerUrl });
    expect(cpuMs).toBeGreaterThan(100);
    expect(cpuMs / (performance.now() - began)).toBeLessThan(0.5); // starting the thread is work without a rest
  });

  it('says which series it does not know', async () => {
    await expect(startLearning({ task: { ...task, series: ['attic'] }, workerUrl })).rejects.toMatchObject({
      ...{ code: 'SERIES_UNKNOWN', subject: 'attic' },
    });
  });

  it.each([
    ['crashes', "throw new Error('broken')", 'broken'],
    ['leaves', 'process.exit(3)', 'its thread ended with code 3'],
    ['takes all memory', 'const all = []; for (;;) all.push(new Array(1e5).fill(all.length));', 'memory'],
    ['hangs', 'for (;;) {}', 'nothing was heard of it for 0.5 s'],
  ])('costs the fine-tune and nothing else when the thread %s', async (_, body, message) => {
    const silenceMs = message.startsWith('nothing') ? 500 : 60_000;
    await expect(startLearning({ task, workerUrl: thread(body), silenceMs })).rejects.toMatchObject({
      code: 'LEARNING_FAILED',
      message: expect.stringContaining(message),
    });
  });

  it('ends at once when it is stopped', async () => {
    const stop = new AbortController();
    const stopped = startLearning({ task, workerUrl, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'LEARNING_FAILED', message: 'it was stopped' });
  });
});
