import { type LoadedModel, modelLabel } from '../forecast/modelContract.js';
import type { TrialRules } from '../forecast/networkTrial.js';
import type { ModelProposals, ModelRegistry, ModelVersion, ProposalAnswer } from './modelVersions.js';
import type { Stepper, Store } from './ports.js';
import type { SeriesBook } from './seriesBook.js';
import type { SeriesEntry } from './seriesEntry.js';
import { StateRebuild } from './stateRebuild.js';
import type { Turn } from './turn.js';

/** swap: with a probation behind it. back: without, by someone's wish. shadow: a trial before it. */
type How = 'swap' | 'shadow' | 'back';

export interface ModelSwapsOptions {
  readonly book: SeriesBook;
  readonly store: Pick<Store, 'recent'>;
  readonly registry: Pick<ModelRegistry, 'versions' | 'settle' | 'note'>;
  /** A session of a version. @throws {StepcastError} MODEL_* when it cannot be had. */
  readonly load: (version: ModelVersion) => Promise<Stepper>;
  readonly onProblem: (problem: unknown, series: string, label: string) => void;
  /** Closes the sessions of versions whose label is not among those held; returns their models. */
  readonly release: (held: ReadonlySet<string>) => readonly LoadedModel[];
  readonly probationTicks: number;
}

interface Swap {
  readonly series: string;
  readonly stepper: Stepper;
  readonly how: How;
}

/**
 * Brings versions into use. A state is rebuilt beside the pipeline, one series at a time; between two turns it takes over. What a trial comes to,
 * the series decides itself, at a tick: a replay decides the same.
 */
export class ModelSwaps implements ModelProposals {
  readonly #options: ModelSwapsOptions;
  readonly #probation: TrialRules;
  readonly #shadow: TrialRules;
  readonly #waiting: Swap[] = [];
  #rebuild: StateRebuild | undefined;
  #ready: { readonly rebuild: StateRebuild; readonly swap: Swap } | undefined;
  #working: Promise<void> = Promise.resolve();
  #isWorking = false;
  #proposing = 0;
  #changed = true;

  constructor(options: ModelSwapsOptions) {
    const window = options.probationTicks;
    this.#options = options;
    this.#probation = { warmup: 0, window, margin: 0.02, certainty: 2 };
    this.#shadow = { warmup: 0, window, margin: -0.01, certainty: Number.NEGATIVE_INFINITY };
  }

  /** Nothing is on its way to taking over. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && !this.#rebuild && !this.#ready;
  }

  /** A state is rebuilt: the next turn is the one it takes over in. */
  get isReady(): boolean {
    return this.#ready !== undefined;
  }

  modelOf(series: string): string | undefined {
    const entry = this.#options.book.get(series);
    return entry && modelLabel(entry.model);
  }

  /** @throws {RangeError} for a label that is not in the registry. */
  async propose(label: string, series: readonly string[], how: How): Promise<ReadonlyMap<string, ProposalAnswer>> {
    const { book, registry, load } = this.#options;
    const version = registry.versions().find((known) => modelLabel(known) === label);
    if (!version) throw new RangeError(`propose: ${label} is not in the registry`);
    this.#proposing++;
    const stepper = await load(version).finally(() => this.#proposing--);
    book.provide(stepper);
    const answers = new Map<string, ProposalAnswer>();
    for (const seriesId of series) {
      const answer = this.#answer(book.get(seriesId), stepper, how);
      answers.set(seriesId, answer);
      if (answer === 'accepted') this.#waiting.push({ series: seriesId, stepper, how });
    }
    this.#work();
    return answers;
  }

  /** Lets what is ready take over; nothing is being stepped now. */
  async takeOver(turn: Turn): Promise<void> {
    if (!this.#ready) return;
    const { rebuild, swap } = this.#ready;
    const { entry } = rebuild;
    const network = rebuild.isCurrent ? await rebuild.finish() : undefined;
    this.#ready = undefined;
    if (network) {
      if (swap.how === 'shadow') entry.tryOut('shadow', network, this.#shadow);
      else entry.takeOver(network, swap.how === 'swap' ? this.#probation : undefined);
      turn.touched.add(entry);
      this.#changed = true;
    } else if (rebuild.isCurrent) this.#rebuild = rebuild; // more came than fits between two turns
    this.#work(swap);
  }

  /** Takes what trials came to into the turn. */
  collect(turn: Turn, nowMs: number): void {
    for (const { decided, seriesId } of turn.touched) {
      for (const judgement of decided.splice(0)) {
        const decision = { ...judgement, series: seriesId, timeMs: nowMs, durationMs: 0 };
        turn.decisions.push(decision);
        this.#options.registry.note(decision);
        this.#changed = true;
      }
    }
  }

  /** What versions there are, or their states, changed from outside: the next `settle` looks at them. */
  recheck(): void {
    this.#changed = true;
  }

  /** Brings the states of the versions up to date with what series are stepped through, and closes the sessions that nothing needs. */
  settle(): void {
    if (!this.#changed) return;
    const inUse = new Set<string>();
    const inShadow = new Set<string>();
    const onTrial = new Set<string>();
    for (const { model, challenge } of this.#options.book.entries) {
      inUse.add(modelLabel(model));
      if (challenge) onTrial.add(modelLabel(challenge.shadow.model));
      if (challenge?.kind === 'shadow') inShadow.add(modelLabel(challenge.shadow.model));
    }
    const { registry, release, book } = this.#options;
    registry.settle(inUse, inShadow);
    if (!this.isIdle || this.#proposing > 0) return; // the session of what is on its way must stay
    this.#changed = false;
    for (const model of release(new Set([...inUse, ...onTrial]))) book.forget(model);
  }

  /** Ends what is under way; nothing takes over any more. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    this.#rebuild?.stop();
    await this.#working;
  }

  #answer(entry: SeriesEntry | undefined, { model }: Stepper, how: How): ProposalAnswer {
    if (!entry) return 'unknown-series';
    if (entry.model === model) return 'in-use';
    if (how !== 'back' && entry.settings.model.includes('@')) return 'pinned';
    const isAwaited = this.#rebuild?.entry === entry || this.#ready?.rebuild.entry === entry;
    const isTried = entry.challenge !== undefined && entry.challenge.kind !== 'auto' && how !== 'back';
    const onTrial = isTried && !supersedes(model, how, entry);
    if (isAwaited || onTrial || this.#waiting.some(({ series }) => series === entry.seriesId)) return 'on-trial';
    return entry.suits(model) ? 'accepted' : 'unfit';
  }

  /** One rebuild at a time. @param unfinished whose rebuild goes on. */
  #work(unfinished?: Swap): void {
    if (this.#isWorking || this.#ready) return;
    this.#isWorking = true;
    this.#working = this.#next(this.#rebuild && unfinished).finally(() => {
      this.#isWorking = false;
      if (!this.#ready && this.#waiting.length > 0) this.#work();
    });
  }

  async #next(unfinished: Swap | undefined): Promise<void> {
    const { book, store, onProblem } = this.#options;
    const swap = unfinished ?? this.#waiting.shift();
    if (!swap) return;
    try {
      const entry = book.get(swap.series);
      if (!entry) return;
      this.#rebuild ??= new StateRebuild({ book, store, entry, stepper: swap.stepper });
      await this.#rebuild.catchUp();
      if (this.#rebuild.isCurrent) this.#ready = { rebuild: this.#rebuild, swap };
    } catch (error) {
      this.#rebuild?.stop();
      onProblem(error, swap.series, modelLabel(swap.stepper.model));
    } finally {
      this.#rebuild = undefined;
    }
  }
}

/** Whether a trial before use makes way: to a later version of the same name, or to the wish to use the version it tries at once. */
function supersedes({ name, version }: LoadedModel, how: How, { challenge }: SeriesEntry): boolean {
  const tried = challenge!.shadow.model;
  if (challenge!.kind !== 'shadow' || tried.name !== name) return false;
  return version > tried.version || (version === tried.version && how === 'swap');
}
