import { StepcastError } from '../errors.js';
import { modelLabel, nameOf } from '../forecast/modelContract.js';
import type { SeriesForecaster } from '../forecast/seriesForecaster.js';
import type { Decision, ModelProposals, ModelRegistry, NewVersion } from '../pipeline/modelVersions.js';
import type { Forecast } from '../pipeline/ports.js';
import { composeTask, sampleOf, tunedName } from './composeTask.js';
import { type LearningReason, type LearningRules, learningDue, newRegime, settledAfter } from './learningDue.js';
import type { LearnedSeries, LearningJournal } from './learningJournal.js';
import type { Learned, LearningTask } from './learningProtocol.js';
import { LiveLoss } from './liveLoss.js';
import { isOwn, OwnNetworks, plainMostOwn } from './ownNetworks.js';
import type { Tuned, TunedInbox } from './tunedInbox.js';
import type { TuningTurns } from './tuningTurns.js';

export interface LearnerOptions {
  readonly rules: LearningRules | undefined; // undefined: only what is asked for, and what `tune` made
  readonly maxCpu: number; // share of one core
  readonly db: string;
  readonly journal: LearningJournal;
  readonly inbox?: Pick<TunedInbox, 'take'>;
  readonly turns?: TuningTurns; // of a fleet
  readonly registry: Pick<ModelRegistry, 'versions' | 'bytes' | 'optimiserState' | 'add' | 'record'>;
  readonly proposals: ModelProposals;
  readonly learn: (task: LearningTask, signal: AbortSignal) => Promise<Learned>;
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly onDecision: (decision: Decision) => void;
  readonly onProblem: (problem: unknown, series: string) => void;
  readonly recipe?: LearningTask['recipe'];
  readonly scope?: LearningScope; // 'series' when left out
  readonly mostOwn?: number; // networks of single series: each is a session of its own, and leaves the micro-batch
}

/** series: each makes a version of its own. shared: series that share a model are learned from together, and go on to share what comes of it. */
export type LearningScope = 'series' | 'shared';

interface Live {
  readonly loss: LiveLoss;
  isQueued: boolean;
}

const inboxEveryMs = 1000;
const turnEveryMs = 2000; // the turn of a model is asked for again

/**
 * Learns from the series that are due, one at a time: fine-tune in a thread, gate, registry, proposal. Told of every forecast as it is
 * issued; what it does with that takes no part in what is forecast until the pipeline takes a proposal over.
 */
export class Learner {
  readonly #options: LearnerOptions;
  readonly #live = new Map<string, Live>();
  readonly #own: OwnNetworks;
  readonly #mostOwn: number;
  readonly #stopping = new AbortController();
  #working: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  #takingIn = false;

  constructor(options: LearnerOptions) {
    const { registry, proposals, elapsedMs, mostOwn = plainMostOwn } = options;
    this.#options = options;
    this.#mostOwn = mostOwn;
    this.#own = new OwnNetworks({ registry, proposals, most: mostOwn, elapsedMs });
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
        await this.#propose([series], { series }, { parent, learned, durationMs }, this.#stopping.signal);
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
    this.#own.note(seriesId);
    this.#pay(seriesId);
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
    clearTimeout(this.#pause);
    this.#stopping.abort();
    await this.#working;
    await this.#options.journal.settled();
  }

  /** Of a shared version the state does not tell which of its series have gone over. */
  #pay(series: string): void {
    const { journal, proposals } = this.#options;
    const label = journal.owed.get(series);
    if (label !== undefined && !isOwn(label) && label === proposals.modelOf(series)) journal.paid(series);
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
    if (this.#working || this.#pause || this.#stopping.signal.aborted || this.#options.journal.next === undefined)
      return;
    this.#working = this.#inTurn(this.#options.journal.next)
      .catch((error) => this.#options.onProblem(error, this.#options.journal.next ?? ''))
      .finally(() => {
        this.#working = undefined;
        this.#work();
      });
  }

  /** Of one model one worker of a fleet makes a version at a time: others let what else waits go before, and ask again. */
  async #inTurn(series: string): Promise<void> {
    const { turns, journal, proposals, onProblem } = this.#options;
    const { signal } = this.#stopping;
    const used = proposals.modelOf(series);
    if (used === undefined) {
      this.#live.delete(series);
      return journal.drop(series);
    }
    if (!turns) return this.#next(series, used, signal);
    const isShared = this.#isShared(used);
    const name = tunedName({ label: used, series: [series], isShared });
    const lost = new AbortController();
    if (!(await turns.take(name, () => lost.abort()))) {
      journal.postpone(series);
      this.#pause = setTimeout(() => {
        this.#pause = undefined;
        this.#work();
      }, turnEveryMs).unref();
      return;
    }
    try {
      const label = isShared ? turns.newestOf(used) : used;
      await this.#next(series, label, AbortSignal.any([signal, lost.signal]));
    } finally {
      await turns.leave(name);
    }
    if (lost.signal.aborted && !signal.aborted) onProblem(lostTurn(name), series);
  }

  async #next(series: string, label: string, signal: AbortSignal): Promise<void> {
    const { journal, nowMs } = this.#options;
    const group = this.#groupOf(series, label);
    const ready = this.#readyOf(group);
    const { scope } = this.#options;
    const hasRoom = isOwn(label) || scope === 'shared' || this.#own.hasRoomFor(series);
    const learned = hasRoom ? await this.#tune(group, label, signal) : undefined;
    if (signal.aborted) return;
    const deepAt = learned?.depth === 'first' && learned.verdict.promoted ? learned.ticks : undefined;
    const done = ready.map((name): [string, LearnedSeries] => {
      const before = journal.of(name);
      const tick = this.#live.get(name)?.loss.tick ?? before?.tick ?? 0;
      return [name, { tick, atMs: nowMs(), deepAt: deepAt ?? before?.deepAt ?? 0 }];
    });
    journal.done(new Map(done));
    for (const name of ready) this.#learned(name);
  }

  #learned(series: string): void {
    const live = this.#live.get(series);
    if (!live) return;
    live.isQueued = false;
    if (this.#options.rules) live.loss.learned(settledAfter(this.#options.rules));
  }

  /** The series that go over to what comes of learning from `series`, which is the first of them. */
  #groupOf(series: string, label: string): readonly string[] {
    const { proposals, turns } = this.#options;
    if (!this.#isShared(label)) return [series];
    const goesOver = (model: string | undefined): boolean =>
      model === label || (turns !== undefined && model !== undefined && nameOf(model) === nameOf(label));
    const others = [...this.#live.keys()].filter((name) => name !== series && goesOver(proposals.modelOf(name)));
    return [series, ...others];
  }

  #isShared(label: string): boolean {
    return this.#options.scope === 'shared' && !isOwn(label);
  }

  /** The first of a group, and those of the others that have as much to tell as a first fine-tune asks for. */
  #readyOf([first, ...others]: readonly string[]): readonly string[] {
    const { minReadings = 0 } = this.#options.rules ?? {};
    return [first, ...others.filter((name) => this.#live.get(name)!.loss.tick + 1 >= minReadings)];
  }

  async #makeRoom(): Promise<void> {
    const gone = await this.#own.makeRoom();
    if (!gone) return;
    const { series, model, target } = gone;
    const reason = `the least used of ${this.#mostOwn} networks of single series makes room for another`;
    this.#decide({ model, series, verdict: 'rolled-back', reason, figures: { target }, durationMs: 0 }, 'rollback');
  }

  /** Undefined when it came to nothing. */
  async #tune(group: readonly string[], label: string, signal: AbortSignal): Promise<Learned | undefined> {
    const { learn, elapsedMs, onProblem } = this.#options;
    const [series] = group;
    const began = elapsedMs();
    let learned: Learned;
    try {
      learned = await learn(await this.#taskOf(group, label), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof StepcastError && error.code === 'LEARNING_TOO_FEW') return undefined;
      onProblem(error, series);
      const reason = error instanceof Error ? error.message : String(error);
      this.#decide({ model: label, series, verdict: 'failed', reason, figures: {}, durationMs: elapsedMs() - began });
      return undefined;
    }
    const scope = this.#isShared(label) ? 'shared' : { series };
    await this.#propose(group, scope, { parent: label, learned, durationMs: elapsedMs() - began }, signal);
    return learned;
  }

  async #propose(
    group: readonly string[],
    scope: NewVersion['scope'],
    { parent, learned, durationMs }: Pick<Tuned, 'parent' | 'learned' | 'durationMs'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { journal, registry, proposals, turns } = this.#options;
    const { verdict, candidate: bytes, memory: optimiserState, depth, ticks, steps } = learned;
    const version = await registry.add({ bytes, origin: 'tuned', parent, scope, optimiserState });
    if (turns && signal.aborted) return; // its number may be another's by now
    const model = modelLabel(version);
    const { promoted, reason } = verdict;
    const figures = { ...verdict.figures, depth, ticks, steps, ...(scope === 'shared' && { series: group.length }) };
    const series = scope === 'shared' ? undefined : group[0];
    this.#decide({ model, series, verdict: promoted ? 'promoted' : 'refused', reason, figures, durationMs });
    if (!promoted) return;
    if (series !== undefined && !isOwn(parent)) await this.#makeRoom();
    if (turns && scope === 'shared') return turns.share(model);
    journal.owe(group, model);
    await proposals.propose(model, group, 'swap');
  }

  /** A version that is a candidate still was let through and kept from taking over by the end of the run. */
  async #proposeOwed(): Promise<void> {
    const { journal, registry, proposals, onProblem } = this.#options;
    for (const [series, label] of [...journal.owed]) {
      const version = registry.versions().find((known) => modelLabel(known) === label);
      const isLate = !isOwn(label) && version?.state === 'active' && proposals.modelOf(series) === version.parent;
      if (version?.state !== 'candidate' && !isLate) journal.paid(series);
      else await proposals.propose(label, [series], 'swap').catch((error) => onProblem(error, series));
    }
  }

  #decide(made: Omit<Decision, 'timeMs' | 'kind'>, kind: Decision['kind'] = 'gate'): void {
    const { registry, nowMs, onDecision } = this.#options;
    const decision: Decision = { ...made, timeMs: nowMs(), kind, durationMs: Math.round(made.durationMs) };
    registry.record(decision);
    onDecision(decision);
  }

  #taskOf(group: readonly string[], label: string): Promise<LearningTask> {
    const { journal, rules } = this.#options;
    const [first] = group;
    const isShared = this.#isShared(label);
    const seed = ((journal.of(first)?.tick ?? 0) + 1) >>> 0;
    const sinceDrift = rules && !isShared ? newRegime(this.#live.get(first)?.loss.ticksSinceDrift, rules) : undefined;
    const series = sampleOf(this.#readyOf(group), seed);
    return composeTask({ label, series, isShared, seed, sinceDrift }, this.#options);
  }
}

const lostTurn = (name: string): StepcastError =>
  new StepcastError({
    ...{ code: 'LEARNING_FAILED', op: 'learn', subject: name, message: 'the lock of this model was lost meanwhile' },
    hint: 'it is begun again when this worker has the lock; what it had made is not used',
  });
