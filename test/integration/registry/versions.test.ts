import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { lastValueFrom, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelsOfNode, takeModels } from '../../../src/daemon/modelsOfNode.js';
import { serveModelRequests } from '../../../src/daemon/serveModelRequests.js';
import { modelLabel } from '../../../src/forecast/modelContract.js';
import { modelsDir } from '../../../src/modelsDir.js';
import { counters } from '../../../src/pipeline/counters.js';
import { ModelSwaps } from '../../../src/pipeline/modelSwaps.js';
import type { Decision } from '../../../src/pipeline/modelVersions.js';
import { pipeline } from '../../../src/pipeline/pipeline.js';
import type { Delivery, Forecast } from '../../../src/pipeline/ports.js';
import { SeriesBook } from '../../../src/pipeline/seriesBook.js';
import { Random } from '../../../src/series/random.js';
import { listDecisions, listModels } from '../../../src/storage/modelQueries.js';
import { rollBackModel } from '../../../src/storage/rollBackModel.js';
import type { SqliteStore } from '../../../src/storage/sqliteStore.js';
import { arrivalMs, delivery, observation } from '../../support/deliveries.js';
import { SettableClock } from '../../support/settableClock.js';
import { eventSettings } from '../../support/settings.js';
import { StoreFixture, until } from '../../support/storeFixture.js';

const minute = 60_000;
const series = ['kitchen', 'cellar', 'attic'];
const settings = { ...eventSettings, horizon: 24, model: 'gru-base' };
const dir = modelsDir({ dir: 'models', dirGiven: true });
const log = pino({ level: 'silent' });
const values = ((): number[] => {
  const random = new Random(5);
  return Array.from({ length: 700 }, (_, m) => 20 + 4 * Math.sin(m / 20) + random.normal());
})();

/** The inside of the daemon on a real store and real models, fed by hand. */
class Node {
  readonly published: string[] = [];
  readonly decisions: Decision[] = [];
  readonly deliveries$ = new Subject<Delivery>();
  readonly pulse$ = new Subject<void>();
  acknowledged = 0;
  m = 0;
  readonly #end: () => Promise<void>;

  static async start(store: SqliteStore, path: string, from = 0): Promise<Node> {
    const clock = new SettableClock(arrivalMs);
    const nowMs = (): number => clock.nowMs();
    const shelf = await takeModels(dir, ['gru-base'], log, { trust: [], allowUnsigned: false });
    const stored = await store.load();
    const models = new ModelsOfNode({
      ...{ shelf, ledger: store.ledger, nowMs, log },
      shipped: true,
      folder: `${path}-models`,
    });
    await models.loadInUse(stored, ['gru-base']);
    const book = new SeriesBook(store, models.choose, models);
    await book.restore(stored, () => {});
    const onProblem = (error: unknown): void => {
      throw error;
    };
    const swaps = new ModelSwaps({
      book,
      store,
      registry: models.registry,
      load: models.load,
      release: models.release,
      onProblem,
      probationTicks: 64,
    });
    const open = (): string[] => shelf.loaded.map(({ model }) => modelLabel(model));
    const node = new Node(store, book, models, swaps, clock, open, async () => {
      await shelf.release();
      await store.close();
    });
    node.m = from;
    return node;
  }

  private constructor(
    readonly store: SqliteStore,
    readonly book: SeriesBook,
    readonly models: ModelsOfNode,
    readonly swaps: ModelSwaps,
    clock: SettableClock,
    readonly open: () => string[],
    release: () => Promise<void>,
  ) {
    const { deliveries$, pulse$ } = this;
    const sink = {
      publish: (all: readonly Forecast[]) =>
        this.published.push(...all.map(({ json }) => new TextDecoder().decode(json))),
      gaps: () => {},
      decisions: (all: readonly Decision[]) => void this.decisions.push(...all),
    };
    const parts = { source: { deliveries$ }, book, store, swaps, sink, clock, counters: counters(), pulse$ };
    const finished = lastValueFrom(pipeline({ ...parts, flushMs: 1 }), { defaultValue: [] });
    const stopServing = serveModelRequests({
      ...{ ledger: store.ledger, registry: models.registry, swaps, book, nowMs: () => clock.nowMs(), log },
      onDecision: (decision) => void this.decisions.push(decision),
    });
    this.#end = async () => {
      stopServing();
      await swaps.stop();
      deliveries$.complete();
      await finished;
      await release();
    };
  }

  /** Minutes of readings of all series, one message each; resolves when they are acknowledged. */
  async hear(minutes: number): Promise<void> {
    const wanted = this.acknowledged + minutes;
    const acknowledge = (): void => void this.acknowledged++;
    for (let i = 0; i < minutes; i++, this.m++) {
      const observations = series.map((seriesId, s) =>
        observation(arrivalMs + this.m * minute, values[this.m] + s, { seriesId, settings }),
      );
      this.deliveries$.next(delivery({ observations, acknowledge }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => this.acknowledged >= wanted);
  }

  /** Lets what is under way take over. */
  async settle(): Promise<void> {
    while (!this.swaps.isIdle) {
      this.pulse$.next();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.pulse$.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  modelsOf(one: string): string[] {
    const own = this.published.map((json) => JSON.parse(json)).filter((forecast) => forecast.series === one);
    return [...new Set(own.map(({ model }) => model))];
  }

  stop(): Promise<void> {
    return this.#end();
  }
}

let fixture: StoreFixture;
beforeEach(() => {
  fixture = new StoreFixture();
});
afterEach(() => fixture.clean());

const start = async (from = 0): Promise<Node> => Node.start(await fixture.open(), fixture.path, from);
const addTuned = (node: Node, scope: 'shared' | { series: string }) =>
  node.models.registry.add({
    bytes: readFileSync(join(dir, 'rnn-base.onnx')),
    origin: 'tuned',
    parent: 'gru-base@1',
    scope,
  });

/** A node whose series have all gone over to gru-base@2, a shared fine-tune. */
async function startTuned(): Promise<Node> {
  const node = await start();
  await node.hear(60);
  await addTuned(node, 'shared');
  await node.swaps.propose('gru-base@2', series, 'swap');
  await node.settle();
  await node.hear(2);
  await node.settle();
  return node;
}

describe('a tuned version on a real store', () => {
  it('takes over while readings flow: none is lost or doubled, and other series never notice', async () => {
    const node = await start();
    await node.hear(150);
    await addTuned(node, { series: 'kitchen' });
    expect(await node.swaps.propose('gru-base:kitchen@1', ['kitchen'], 'swap')).toEqual(
      new Map([['kitchen', 'accepted']]),
    );
    while (!node.swaps.isIdle) await node.hear(1);
    await node.hear(100);
    const heard = node.m;
    await node.stop();

    const calm = await Node.start(await fixture.open({ path: `${fixture.path}.calm` }), `${fixture.path}.calm`);
    await calm.hear(heard);
    await calm.stop();
    const of = (one: Node, name: string) =>
      one.published.map((json) => JSON.parse(json)).filter((forecast) => forecast.series === name);
    expect(node.modelsOf('kitchen')).toEqual(['gru-base@1', 'gru-base:kitchen@1']);
    for (const name of ['cellar', 'attic']) expect(of(node, name)).toEqual(of(calm, name));
    expect(of(node, 'kitchen').map(({ time }) => time)).toEqual(of(calm, 'kitchen').map(({ time }) => time));
  });

  it('is what a start goes on with, to the bit, on probation and after', async () => {
    const whole = await start();
    await whole.hear(150);
    await addTuned(whole, 'shared');
    await whole.swaps.propose('gru-base@2', series, 'swap');
    await whole.settle();
    await whole.hear(20);
    const state = (node: Node) => series.map((name) => Buffer.from(node.book.get(name)!.save()).toString('hex'));
    const before = state(whole);
    await whole.stop();
    const next = await start(170);
    expect(state(next)).toEqual(before);
    expect(next.book.get('kitchen')!.challenge?.kind).toBe('probation');
    await next.hear(80);
    await next.settle();
    expect(next.decisions.map(({ kind, series: name }) => `${kind} ${name}`).sort()).toEqual(
      series.map((name) => `probation ${name}`).sort(),
    );
    expect((await listDecisions(fixture.path, ['gru-base@2'])).length).toBe(3);
    await next.stop();
  });

  it('leaves no session open behind it, once it has done its part', async () => {
    const node = await start();
    await node.hear(60);
    for (const name of ['rnn-base', 'lstm-base', 'gru-small']) {
      const version = await node.models.registry.add({
        ...{ bytes: readFileSync(join(dir, `${name}.onnx`)), origin: 'tuned', scope: { series: 'kitchen' } },
        parent: node.swaps.modelOf('kitchen')!,
      });
      await node.swaps.propose(modelLabel(version), ['kitchen'], 'back');
      await node.settle();
      await node.hear(2);
      await node.settle();
    }
    const labels = ['gru-base@1', 'gru-base:kitchen@1', 'gru-base:kitchen@2', 'gru-base:kitchen@3'];
    expect(node.modelsOf('kitchen')).toEqual(labels);
    expect(node.open()).toEqual(['gru-base@1', 'gru-base:kitchen@3']);
    expect((await listModels(fixture.path)).map(({ state }) => state)).toEqual([
      'active',
      'retired',
      'retired',
      'active',
    ]);
    await node.swaps.propose('gru-base:kitchen@1', ['kitchen'], 'back');
    await node.settle();
    await node.hear(2);
    expect(node.swaps.modelOf('kitchen')).toBe('gru-base:kitchen@1');
    await node.stop();
  });

  it('is what the name stands for: a series that is new begins with it', async () => {
    const node = await startTuned();
    expect(
      (await listModels(fixture.path)).map((one) => `${one.name}@${one.version} ${one.state} ${one.series}`),
    ).toEqual(['gru-base@1 retired 0', 'gru-base@2 active 3']);
    const later = delivery({ observations: [observation(arrivalMs, 1, { seriesId: 'new', settings })] });
    node.deliveries$.next(later);
    await node.hear(1);
    expect(node.swaps.modelOf('new')).toBe('gru-base@2');
    await node.stop();
  });
});

describe('models rollback', () => {
  it('is carried out by the daemon that runs', async () => {
    const node = await startTuned();
    const done = await rollBackModel(fixture.path, 'gru-base', undefined, arrivalMs);
    expect(done).toEqual({ source: 'gru-base@2', target: 'gru-base@1', series: 3, by: 'daemon' });
    await node.settle();
    await node.hear(2);
    await node.settle();
    expect(series.map((name) => node.swaps.modelOf(name))).toEqual(['gru-base@1', 'gru-base@1', 'gru-base@1']);
    expect(node.decisions).toMatchObject([{ kind: 'rollback', model: 'gru-base@2', verdict: 'rolled-back' }]);
    await node.hear(1);
    expect((await listModels(fixture.path)).map(({ state }) => state)).toEqual(['active', 'rolled-back']);
    await node.stop();
  });

  it('without a daemon is decided at once, and the series go over at the next start with their experts as they were', async () => {
    const node = await startTuned();
    const base = (of: Node) => series.map((name) => of.book.get(name)!.forecaster.base(1));
    const before = base(node);
    await node.stop();
    const done = await rollBackModel(fixture.path, 'gru-base', 1, arrivalMs);
    expect(done.by).toBe('start');
    expect((await listModels(fixture.path)).map(({ state }) => state)).toEqual(['active', 'rolled-back']);
    const next = await start(62);
    await until(() => !next.swaps.isIdle);
    await next.settle();
    expect(series.map((name) => next.swaps.modelOf(name))).toEqual(['gru-base@1', 'gru-base@1', 'gru-base@1']);
    expect(base(next)).toEqual(before);
    await next.hear(1);
    await next.settle();
    expect((await listModels(fixture.path)).map(({ state }) => state)).toEqual(['active', 'rolled-back']);
    expect(await listDecisions(fixture.path, ['gru-base@2'])).toHaveLength(1);
    expect(next.store.ledger.requests()).toEqual([]);
    await next.stop();
  });

  it.each([
    ['there is no such model', 'nothing', undefined],
    ['it has no parent to go back to', 'gru-base', undefined],
    ['there is no such version', 'gru-base', 7],
    ['it is the version in use', 'gru-base', 1],
  ])('says that %s', async (message, name, version) => {
    const node = await start();
    await node.hear(1);
    await expect(rollBackModel(fixture.path, name, version, arrivalMs)).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message,
    });
    await node.stop();
  });
});
