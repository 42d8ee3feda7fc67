import { weighedSteps } from '../forecast/blendWeights.js';
import { standsOnExperts } from '../forecast/features.js';
import { type LoadedModel, modelLabel } from '../forecast/modelContract.js';
import type { TrialRules } from '../forecast/networkTrial.js';
import { RecurrentForecaster } from '../forecast/recurrentForecaster.js';
import { SeriesForecaster } from '../forecast/seriesForecaster.js';
import type { CovariateView } from '../series/covariateView.js';
import { SeriesTrack } from '../series/seriesTrack.js';
import { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { SeriesSettings, Tick } from '../series/types.js';
import { AutoChoice } from './autoChoice.js';
import { Challenge, type ChallengeKind } from './challenge.js';
import type { Decision } from './modelVersions.js';
import type { SeriesRow } from './ports.js';
import { Quiet } from './quiet.js';

/** Readings between two snapshots of a series. */
export const snapshotEvery = 256;
/** Steps ahead of which a series is told what is known. */
export const leastAhead = 96; // more than most models look
const layout = 13; // of a snapshot; a change of any save() raises it

/** What a trial of this series came to. */
export type Judgement = Pick<Decision, 'kind' | 'model' | 'verdict' | 'reason' | 'figures'>;

const autoRules: TrialRules = { warmup: 64, window: 256, margin: 0.02, certainty: 2 };

/** One known series: its way to ticks, its forecaster, and what the next snapshot needs to know. */
export class SeriesEntry {
  readonly id: number;
  readonly seriesId: string;
  readonly settings: SeriesSettings;
  readonly track: SeriesTrack;
  forecaster: SeriesForecaster;
  challenge: Challenge | undefined;
  choice: AutoChoice | undefined; // of a series whose model is found by live loss
  readonly decided: Judgement[] = []; // not yet taken to the store
  tail: Tick[] | undefined; // ticks since the moment to which a new state is being rebuilt
  readonly weighedSteps: readonly number[];
  readonly quiet = new Quiet();
  view: CovariateView | undefined; // of the series it looks at
  stepMs: number; // of the last tick
  lastReadingId = 0;
  readingsSinceSnapshot = 0;
  unsavedFromId = 0; // the first of them
  snapshotAt: number; // readings since the last one at which the next is due
  summary = ''; // as last written
  round = 0; // the micro-batch it last took part in
  lastSequence: number | undefined;
  partition: number | undefined; // of the source, that it came by
  #network: RecurrentForecaster;

  constructor({ id, seriesId, settings }: SeriesRow, model: LoadedModel) {
    this.id = id;
    this.seriesId = seriesId;
    this.settings = settings;
    this.stepMs = settings.cadenceMs;
    this.weighedSteps = weighedSteps(settings.horizon);
    this.track = new SeriesTrack(settings);
    const { metadata } = model;
    const horizon = standsOnExperts(metadata) ? Math.max(settings.horizon, metadata.horizon) : settings.horizon;
    this.#network = new RecurrentForecaster(model, settings);
    this.forecaster = new SeriesForecaster({ ...settings, horizon, network: this.#network });
    this.snapshotAt = 1 + ((id * 97) % snapshotEvery); // staggered, so that no commit is large
  }

  /** Steps ahead of which it is told what is known: of its settings alone, for its model may change between the ticks of a turn. */
  get lookahead(): number {
    return Math.max(this.settings.horizon, leastAhead);
  }

  /** A tick of the track, with what is known of other series in this moment of the log. */
  told(tick: Tick): Tick {
    this.stepMs = tick.stepMs;
    return this.view ? this.view.tell(tick) : tick;
  }

  /** The model it is stepped through. */
  get model(): LoadedModel {
    return this.#network.model;
  }

  get network(): RecurrentForecaster {
    return this.#network;
  }

  /** Hashes of the models whose states a snapshot of it holds, the one in use first. */
  get modelHashes(): string {
    return this.challenge ? `${this.model.sha256} ${this.challenge.shadow.model.sha256}` : this.model.sha256;
  }

  /** Whether the experts of this series, and what it is told of others, look as far ahead as a model asks. */
  suits({ metadata }: LoadedModel): boolean {
    if (this.view && metadata.horizon !== this.model.metadata.horizon) return false;
    return !standsOnExperts(metadata) || metadata.horizon <= this.forecaster.horizon;
  }

  /** A network for this series with a state from nothing; how values are scaled it has from the one in use, where both are told the same. */
  networkOf(model: LoadedModel): RecurrentForecaster {
    const network = new RecurrentForecaster(model, this.settings);
    this.#align(network);
    return network;
  }

  /**
   * From the next tick on `network`, whose state is that of the last one, speaks for this series; experts, blends and calibration go on. Under
   * `probation` the one before is stepped on beside it, and comes back if it does better.
   */
  takeOver(network: RecurrentForecaster, probation?: TrialRules): void {
    const before = this.#network;
    this.#align(network);
    this.#use(network);
    this.snapshotAt = 0; // the readings do not say that another model speaks: a snapshot must
    this.challenge = probation && Challenge.begin('probation', before, network.model, probation);
  }

  /** Steps `network` beside the one in use from the next tick on. */
  tryOut(kind: ChallengeKind, network: RecurrentForecaster, rules: TrialRules): void {
    this.challenge = Challenge.begin(kind, network, this.model, rules);
    if (kind !== 'auto') this.snapshotAt = 0; // the readings do not say that a trial began: a snapshot must
  }

  /** A tick was stepped: whether another base model is to be tried now. */
  choose(): void {
    if (this.challenge) return;
    const model = this.choice!.due(this.forecaster.past.count, this.model);
    if (model && this.suits(model)) this.tryOut('auto', this.networkOf(model), autoRules);
  }

  /** The trial is over. When, the readings say: a replay from before it ends it likewise. */
  conclude(winner: 'incumbent' | 'challenger'): void {
    const { kind, shadow, trial } = this.challenge!;
    const before = this.model;
    const judged = kind === 'probation' ? before : shadow.model;
    this.challenge = undefined;
    if (winner === 'challenger') this.#use(shadow);
    this.decided.push({
      kind,
      model: modelLabel(judged),
      ...verdicts[kind][winner],
      figures: {
        ...{ inUse: modelLabel(before), beside: modelLabel(shadow.model), ticks: trial.scored },
        ...{ lossInUse: trial.incumbentLoss, lossBeside: trial.challengerLoss, standardErrors: trial.certainty },
      },
    });
  }

  /** A reading of this series was taken, live or from the log. */
  noteReading(id: number): void {
    this.lastReadingId = id;
    if (this.readingsSinceSnapshot++ === 0) this.unsavedFromId = id;
  }

  save(): Uint8Array {
    const writer = new SnapshotWriter();
    writer.f64(layout);
    writer.f64(this.stepMs);
    writer.f64(this.forecaster.horizon);
    this.track.save(writer);
    this.forecaster.save(writer);
    writer.f64(this.choice ? 1 : 0);
    this.choice?.save(writer);
    this.challenge?.save(writer);
    return writer.bytes();
  }

  /**
   * Takes back what `save` gave, of a series stepped through the same model. `shadow` is the model of its trial; without it the trial is over.
   *
   * @throws {RangeError} when the bytes are no snapshot of this layout.
   */
  load(state: Uint8Array, shadow?: LoadedModel): void {
    const reader = new SnapshotReader(state);
    const found = reader.f64();
    if (found !== layout) throw new RangeError(`SeriesEntry: a snapshot of layout ${found}, expected ${layout}`);
    this.stepMs = reader.f64();
    const horizon = reader.f64(); // that of the model it began with
    if (horizon !== this.forecaster.horizon) {
      this.forecaster = new SeriesForecaster({ ...this.settings, horizon, network: this.#network });
    }
    this.track.load(reader);
    this.forecaster.load(reader);
    const chooses = reader.f64() === 1;
    if (chooses) (this.choice ?? new AutoChoice([])).load(reader);
    if (shadow) this.challenge = Challenge.load(reader, new RecurrentForecaster(shadow, this.settings));
  }

  #use(network: RecurrentForecaster): void {
    this.#network = network;
    this.forecaster.replaceNetwork(network);
  }

  /** Running means of what the series has shown are the same for all networks that are told the same of it. */
  #align(network: RecurrentForecaster): void {
    const own = this.#network.model.metadata;
    const { features, horizon } = network.model.metadata;
    if (own.horizon !== horizon || `${own.features}` !== `${features}`) return;
    const writer = new SnapshotWriter();
    this.#network.features.save(writer);
    network.features.load(new SnapshotReader(writer.bytes()));
  }
}

const verdicts = {
  probation: {
    incumbent: { verdict: 'kept', reason: 'no worse than the one before' },
    challenger: { verdict: 'rolled-back', reason: 'the one before erred less' },
  },
  shadow: {
    incumbent: { verdict: 'refused', reason: 'the one in use erred less' },
    challenger: { verdict: 'promoted', reason: 'no worse than the one in use' },
  },
  auto: {
    incumbent: { verdict: 'kept', reason: 'it does not err less than the one in use' },
    challenger: { verdict: 'promoted', reason: 'it errs less than the one in use' },
  },
} as const;
