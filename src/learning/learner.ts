import { StepcastError } from '../errors.js';
import { modelLabel, nameOf } from '../forecast/modelContract.js';
import type { SeriesForecaster } from '../forecast/seriesForecaster.js';
import type { Decision, ModelProposals, ModelRegistry } from '../pipeline/modelVersions.js';
import { ownName } from '../pipeline/modelVersions.js';
import type { Forecast } from '../pipeline/ports.js';
import { type LearningReason, type LearningRules, learningDue, newRegime, settledAfter } from './learningDue.js';
import type { LearningJournal } from './learningJournal.js';
import type { Learned, LearningTask } from './learningProtocol.js';
import { LiveLoss } from './liveLoss.js';
import type { TunedInbox } from './tunedInbox.js';

export interface LearnerOptions {
  readonly rules: LearningRules | undefined; // undefined: only what is asked for, and what `tune` made
  readonly maxCpu: number; // share of one core
  readonly db: string;
  readonly journal: LearningJournal;
  readonly inbox?: Pick<TunedInbox, 'take'>;
  readonly registry: Pick<ModelRegistry, 'versions' | 'bytes' | 'optimiserState' | 'add' | 'record'>;
  readonly proposals: ModelProposals;
  readonly learn: (task: LearningTask, signal: AbortSignal) => Promise<Learned>;
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly onDecision: (decision: Decision) => void;
  readonly onProblem: (problem: unknown, series: string) => void;
  readonly recipe?: LearningTask['recipe'];
  readonly mostOwn?: number; // networks of single series: each is a session of its own, and leaves the micro-batch
}

const plainMostOwn = 100; // 183 kB each

interface Live {
  readonly loss: LiveLoss;
  isQueued: boolean;
}

const inboxEveryMs = 1000;

/**
 * Learns from the series that are due, one at a time: fine-tune in a thread, gate, registry, proposal. Told of every forecast as it is
 * issued; what it does with that takes no part in what is forecast until the pipeline takes a proposal over.
 */
export class Learner {
  readonly #options: LearnerOptions;
  readonly #live = new Map<string, Live>();
  readonly #stopping = new AbortController();
  #working: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #takingIn = false;

  constructor(options: LearnerOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier run left in the queue or on its way to taking over, and from now on what `tune` makes. */
  start(): void {
    void this.#proposeOwed();
    this.#work();
    this.#timer = setInterval(() => void this.takeIn(), inboxEveryMs).unref();
  }

  /** Takes up what `tune` has made. */
  async takeIn(): Promise<void> {
    const { inbox, onProblem } = this.#options;
    if (!inbox || this.#takingIn || this.#stopping.signal.aborted) return;
    this.#takingIn = true;
    try {
      for (const { tuned, remove } of inbox.take()) {
        const { series, parent, learned, durationMs } = tuned;
        await this.#propose(series, parent, learned, durationMs);
        await this.#options.journal.settled();
        remove();
      }
    } catch (error) {
      onProblem(error, 'tune');
    } finally {
      this.#takingIn = false;
    }
  }

  /** @param forecaster where it stood when it issued the forecast. */
  hear(forecast: Forecast, forecaster: Pick<SeriesForecaster, 'baseUnit'>): void {
    const { seriesId } = forecast;
    let live = this.#live.get(seriesId);
    if (!live) {
      live = { loss: new LiveLoss(), isQueued: this.#options.journal.queue.includes(seriesId) };
      this.#live.set(seriesId, live);
    }
    live.loss.hear(forecast, forecaster);
    if (!live.isQueued && this.#due(seriesId, live)) this.ask(seriesId);
  }

  /** A series is to be learned from as soon as it is its turn. */
  ask(series: string): void {
    const live = this.#live.get(series);
    if (live) live.isQueued = true;
    this.#options.journal.enqueue(series);
    this.#work();
  }

  /** Ends what is under way: it will be begun again. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#working;
    await this.#options.journal.settled();
  }

  #due(series: string, { loss: { tick, ticksSinceDrift, driftLearnedAt } }: Live): LearningReason | undefined {
    const { journal, rules, nowMs } = this.#options;
    if (!rules) return undefined;
    const learned = journal.of(series);
    const progress = {
      newTicks: tick - (learned?.tick ?? -1),
      sinceMs: learned ? nowMs() - learned.atMs : Number.POSITIVE_INFINITY,
      ticksSinceDrift,
      driftLearnedAt,
    };
    return learningDue(progress, rules);
  }

  #work(): void {
    if (this.#working || this.#stopping.signal.aborted || this.#options.journal.next === undefined) return;
    this.#working = this.#next(this.#options.journal.next)
      .catch((error) => this.#options.onProblem(error, this.#options.journal.next ?? ''))
      .finally(() => {
        this.#working = undefined;
        this.#work();
      });
  }

  async #next(series: string): Promise<void> {
    const { journal, proposals, nowMs } = this.#options;
    const label = proposals.modelOf(series);
    if (label === undefined) return journal.drop(series);
    const learned = this.#hasRoomFor(label) ? await this.#tune(series, label) : undefined;
    if (this.#stopping.signal.aborted) return;
    const live = this.#live.get(series);
    const deepAt = learned?.depth === 'first' && learned.verdict.promoted ? learned.ticks : undefined;
    const before = journal.of(series);
    journal.done(series, {
      tick: live?.loss.tick ?? before?.tick ?? 0,
      atMs: nowMs(),
      deepAt: deepAt ?? before?.deepAt ?? 0,
    });
    if (!live) return;
    live.isQueued = false;
    if (this.#options.rules) live.loss.learned(settledAfter(this.#options.rules));
  }

  #hasRoomFor(label: string): boolean {
    const { registry, mostOwn = plainMostOwn } = this.#options;
    const isOwn = (name: string): boolean => name.includes(':');
    if (isOwn(label)) return true;
    const inUse = registry.versions().filter(({ name, state }) => isOwn(name) && state === 'active');
    return new Set(inUse.map(({ name }) => name)).size < mostOwn;
  }

  /** Undefined when it came to nothing. */
  async #tune(series: string, label: string): Promise<Learned | undefined> {
    const { learn, elapsedMs, onProblem } = this.#options;
    const began = elapsedMs();
    let learned: Learned;
    try {
      learned = await learn(await this.#taskOf(series, label), this.#stopping.signal);
    } catch (error) {
      if (this.#stopping.signal.aborted) return undefined;
      if (error instanceof StepcastError && error.code === 'LEARNING_TOO_FEW') return undefined;
      onProblem(error, series);
      const reason = error instanceof Error ? error.message : String(error);
      this.#decide({ model: label, series, verdict: 'failed', reason, figures: {}, durationMs: elapsedMs() - began });
      return undefined;
    }
    await this.#propose(series, label, learned, elapsedMs() - began);
    return learned;
  }

  async #propose(series: string, parent: string, learned: Learned, durationMs: number): Promise<void> {
    const { journal, registry, proposals } = this.#options;
    const { verdict, candidate: bytes, memory: optimiserState, depth, ticks, steps } = learned;
    const version = await registry.add({ bytes, origin: 'tuned', parent, scope: { series }, optimiserState });
    const model = modelLabel(version);
    const { promoted, reason } = verdict;
    const figures = { ...verdict.figures, depth, ticks, steps };
    this.#decide({ model, series, verdict: promoted ? 'promoted' : 'refused', reason, figures, durationMs });
    if (!promoted) return;
    journal.owe(series, model);
    await proposals.propose(model, [series], 'swap');
  }

  /** A version that is a candidate still was let through and kept from taking over by the end of the run. */
  async #proposeOwed(): Promise<void> {
    const { journal, registry, proposals, onProblem } = this.#options;
    for (const [series, label] of [...journal.owed]) {
      const version = registry.versions().find((known) => modelLabel(known) === label);
      if (version?.state !== 'candidate') journal.paid(series);
      else await proposals.propose(label, [series], 'swap').catch((error) => onProblem(error, series));
    }
  }

  #decide(made: Omit<Decision, 'timeMs' | 'kind'>): void {
    const { registry, nowMs, onDecision } = this.#options;
    const decision: Decision = { ...made, timeMs: nowMs(), kind: 'gate', durationMs: Math.round(made.durationMs) };
    registry.record(decision);
    onDecision(decision);
  }

  async #taskOf(series: string, label: string): Promise<LearningTask> {
    const { registry, db, maxCpu, journal, recipe, rules } = this.#options;
    const name = nameOf(label);
    const own = ownName(name, series);
    const newest = registry
      .versions()
      .reduce((most, one) => (one.name === own ? Math.max(most, one.version) : most), 0);
    const { deepAt = 0, tick = 0 } = journal.of(series) ?? {};
    const sinceDrift = rules && newRegime(this.#live.get(series)?.loss.ticksSinceDrift, rules);
    return {
      ...{ name: own, version: newest + 1, incumbent: await registry.bytes(label), isOwn: name === own, deepAt },
      ...{ memory: await registry.optimiserState(label), seed: (tick + 1) >>> 0 },
      ...{ db, series: [series], maxCpu, ...(sinceDrift && { sinceDrift }), ...(recipe && { recipe }) },
    };
  }
}
