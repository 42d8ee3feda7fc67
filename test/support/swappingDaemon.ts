import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { lastValueFrom, of } from 'rxjs';
import { modelLabel } from '../../src/forecast/modelContract.js';
import { counters } from '../../src/pipeline/counters.js';
import { ModelSwaps } from '../../src/pipeline/modelSwaps.js';
import type { Decision, ModelVersion } from '../../src/pipeline/modelVersions.js';
import { admit } from '../../src/pipeline/operators/admit.js';
import { forecastTicks } from '../../src/pipeline/operators/forecastTicks.js';
import { introduce } from '../../src/pipeline/operators/introduce.js';
import { snapshot } from '../../src/pipeline/operators/snapshot.js';
import { collectDecisions, takeOver } from '../../src/pipeline/operators/swapModels.js';
import { SeriesBook } from '../../src/pipeline/seriesBook.js';
import { Turn } from '../../src/pipeline/turn.js';
import { SnapshotWriter } from '../../src/series/snapshot.js';
import type { SeriesSettings } from '../../src/series/types.js';
import type { ArithmeticStepper } from './arithmeticStepper.js';
import { commitBatch } from './commitBatch.js';
import { arrivalMs, delivery, observation } from './deliveries.js';
import { InMemoryStore } from './inMemoryStore.js';
import { SettableClock } from './settableClock.js';
import { eventSettings } from './settings.js';

const minute = 60_000;

export interface SwappingDaemonOptions {
  readonly models: readonly ArithmeticStepper[]; // the first is what every name stands for
  readonly auto?: boolean; // all of them are base models
  readonly store?: InMemoryStore;
  readonly probationTicks?: number;
}

/** A pipeline whose models can be swapped, a turn at a time, on a store that survives it. */
export class SwappingDaemon {
  readonly clock = new SettableClock(arrivalMs);
  readonly store: InMemoryStore;
  readonly book: SeriesBook;
  readonly swaps: ModelSwaps;
  readonly noted: Decision[] = [];
  readonly problems: unknown[] = [];
  held: string[] = [];
  states: [inUse: string[], inShadow: string[]] = [[], []];
  readonly #options: SwappingDaemonOptions;

  constructor(options: SwappingDaemonOptions) {
    const { models, auto = false, store = new InMemoryStore(), probationTicks = 256 } = options;
    this.#options = options;
    this.store = store;
    const find = (sha256: string) => models.find(({ model }) => model.sha256 === sha256);
    this.book = new SeriesBook(store, () => models[0], { find, base: auto ? models : [] });
    const versions = models.map(
      ({ model: { name, version, sha256 } }): ModelVersion => ({
        ...{ name, version, sha256, state: 'candidate', origin: 'tuned', createdMs: 0, parent: undefined },
      }),
    );
    this.swaps = new ModelSwaps({
      ...{ book: this.book, store, probationTicks },
      registry: {
        versions: () => versions,
        note: (decision) => this.noted.push(decision),
        settle: (inUse, inShadow) => {
          this.states = [[...inUse], [...inShadow]];
        },
      },
      release: (held) => {
        this.held = [...held];
        return [];
      },
      load: async (version) => models.find(({ model }) => modelLabel(model) === modelLabel(version))!,
      onProblem: (problem) => this.problems.push(problem),
    });
  }

  async start(): Promise<this> {
    await this.book.restore(await this.store.load(), () => {});
    return this;
  }

  /** Works through one turn; what it brought is committed unless it is to be lost. */
  async turn(turn: Turn, lost = false): Promise<Turn> {
    const { book, store, clock, swaps } = this;
    const options = { clock, counters: counters() };
    await lastValueFrom(
      of(turn).pipe(
        takeOver(swaps),
        introduce({ book, store }),
        admit({ book, store, ...options }),
        forecastTicks(options),
        collectDecisions(swaps, clock),
        snapshot(book),
      ),
    );
    if (!lost) await commitBatch(store, turn);
    return turn;
  }

  /** One message with a reading of each of `series` in minute m. */
  hear(m: number, y: number, series = ['a'], settings: SeriesSettings = eventSettings, lost = false): Promise<Turn> {
    const observations = series.map((seriesId) => observation(arrivalMs + m * minute, y, { settings, seriesId }));
    return this.turn(new Turn([delivery({ observations })]), lost);
  }

  /** Lets the event loop come round until a rebuilt state waits to take over. */
  async untilReady(): Promise<void> {
    for (let i = 0; !this.swaps.isReady; i++) {
      if (i > 10_000) throw new Error(`nothing became ready: ${this.problems}`);
      await turnOfLoop();
    }
  }

  state(series = 'a'): string {
    return Buffer.from(this.book.get(series)!.save()).toString('hex');
  }

  /** The network's part of the state. */
  networkState(series = 'a'): string {
    const writer = new SnapshotWriter();
    this.book.get(series)!.network.save(writer);
    return Buffer.from(writer.bytes()).toString('hex');
  }

  forecasts(series = 'a'): string[] {
    const { id } = this.book.get(series)!;
    return this.store.forecasts
      .filter((row) => row.series === id)
      .map((row) => `${row.tick} ${row.model} ${row.values}`);
  }

  modelsSeen(series = 'a'): string[] {
    return [...new Set(this.forecasts(series).map((text) => text.split(' ')[1]))];
  }

  /** What is started after this one was killed. */
  async afterKill(): Promise<SwappingDaemon> {
    await this.swaps.stop();
    return new SwappingDaemon({ ...this.#options, store: this.store.afterCrash() }).start();
  }
}
