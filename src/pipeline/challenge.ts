import type { ExpertView } from '../forecast/expertView.js';
import type { LoadedModel } from '../forecast/modelContract.js';
import { NetworkTrial, nearSteps, type TrialRules } from '../forecast/networkTrial.js';
import type { RecurrentForecaster } from '../forecast/recurrentForecaster.js';
import type { StepBuffers } from '../forecast/stepper.js';
import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { Tick } from '../series/types.js';

const kinds = ['probation', 'shadow', 'auto'] as const;
/** probation: the one before beside the one that took over. shadow: a version before its use. auto: another base model. */
export type ChallengeKind = (typeof kinds)[number];

const units = new Float64Array(nearSteps);
const medians = new Float64Array(nearSteps); // of the challenger; written before they are read, within one call

/** A network that is stepped beside the one in use, on the same ticks, to see which of them errs less. It says nothing to the outside. */
export class Challenge {
  readonly kind: ChallengeKind;
  readonly shadow: RecurrentForecaster;
  readonly trial: NetworkTrial;
  readonly #incumbent = new Float64Array(nearSteps);

  constructor(kind: ChallengeKind, shadow: RecurrentForecaster, trial: NetworkTrial) {
    this.kind = kind;
    this.shadow = shadow;
    this.trial = trial;
  }

  static begin(kind: ChallengeKind, shadow: RecurrentForecaster, incumbent: LoadedModel, rules: TrialRules): Challenge {
    const horizon = Math.min(shadow.model.metadata.horizon, incumbent.metadata.horizon);
    return new Challenge(kind, shadow, new NetworkTrial(horizon, rules));
  }

  /** Hears what the network in use says, from row `row` of its batch. */
  hearIncumbent(network: RecurrentForecaster, batch: StepBuffers, row: number, experts: ExpertView): void {
    network.median(batch, row, this.#near(experts), this.#incumbent, 0, experts);
  }

  /** Takes the shadow's answer from row `row` of its own batch, and returns who won, once that is known. */
  hearShadow(tick: Tick, batch: StepBuffers, row: number, experts: ExpertView): 'incumbent' | 'challenger' | undefined {
    this.shadow.accept(batch, row);
    const near = this.#near(experts);
    this.shadow.median(batch, row, near, medians, 0, experts);
    for (let h = 1; h <= near; h++) units[h - 1] = experts.baseUnit(h);
    units.fill(Number.NaN, near);
    return this.trial.observe(tick, this.#incumbent, medians, units);
  }

  save(writer: SnapshotWriter): void {
    writer.f64(kinds.indexOf(this.kind));
    this.trial.save(writer);
    this.shadow.save(writer);
  }

  static load(reader: SnapshotReader, shadow: RecurrentForecaster): Challenge {
    const kind = kinds[reader.f64()];
    const trial = NetworkTrial.load(reader);
    shadow.load(reader);
    return new Challenge(kind, shadow, trial);
  }

  #near({ horizon }: ExpertView): number {
    return Math.min(this.trial.near, horizon);
  }
}
