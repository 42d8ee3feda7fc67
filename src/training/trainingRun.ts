import { StepcastError } from '../errors.js';
import { noPlateau, type Plateau, type PlateauOptions, reduceOnPlateau } from '../nn/schedules/reduceOnPlateau.js';
import type { Schedule } from '../nn/schedules/schedule.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import type { StepReport, Trainer, TrainerOptions, TrainerState } from './trainer.js';

export type WeightData = Readonly<Record<string, Float32Array>>;

export interface TrainingRunOptions {
  readonly name: string; // of what is trained, for messages
  readonly steps: number; // at most
  readonly rate: number;
  readonly schedule: Schedule;
  readonly plateau?: PlateauOptions; // of the held-out loss
  readonly evaluateEvery: number; // steps
  readonly patience?: number; // evaluations without improvement, after which it ends
  /** The held-out loss of weights; without it the last weights are the result. */
  readonly evaluate?: (weights: WeightData) => Promise<number>;
}

/** What a run is doing, after each step. */
export interface RunReport extends StepReport {
  readonly steps: number; // in all
  readonly heldOut?: number; // loss, when it was just taken
  readonly best: number | null; // held-out loss so far
}

export type Stop = 'stopped' | 'seconds' | undefined;

export interface Outcome {
  readonly ended: 'steps' | 'patience' | 'stopped' | 'seconds';
  readonly steps: number;
  readonly loss: number; // mean of the last evaluation's stretch of steps
  readonly heldOut: number | null; // of the weights given
  readonly bestStep: number;
  readonly skipped: number;
  readonly clippedShare: number; // mean of what the steps reported
  readonly weights: WeightData;
}

interface RunState {
  readonly best: number | null;
  readonly bestStep: number;
  readonly since: number; // evaluations since the best
  readonly plateau: Plateau;
  readonly skipped: number;
  readonly clipped: number; // sum over steps
  readonly lossSum: number; // since the last evaluation
  readonly lossCount: number;
  readonly loss: number;
}

const skipsInARow = 3;

/** Steps of a trainer up to an end: the rate over time, the held-out loss, the best weights, and all of it as a checkpoint. */
export class TrainingRun {
  readonly trainer: Trainer;
  readonly #options: TrainingRunOptions;
  #best: WeightData | undefined;
  #state: RunState = {
    ...{ best: null, bestStep: 0, since: 0, plateau: noPlateau, skipped: 0, clipped: 0 },
    ...{ lossSum: 0, lossCount: 0, loss: Number.NaN },
  };

  /** `trainerOf` makes the trainer around the rate that this run sets. */
  constructor(options: TrainingRunOptions, trainerOf: (rate: TrainerOptions['rate']) => Trainer) {
    this.#options = options;
    const { rate, schedule } = options;
    this.trainer = trainerOf((step) => rate * schedule(step - 1) * this.#state.plateau.factor);
  }

  /**
   * Goes on until its end, or until `onStep` answers that it is to stop.
   *
   * @throws {StepcastError} TRAINING_DIVERGED after three steps in a row that were not finite.
   */
  async run(onStep: (report: RunReport) => Stop | Promise<Stop>): Promise<Outcome> {
    const { steps, evaluateEvery } = this.#options;
    while (this.trainer.steps < steps) {
      if (this.#isOutOfPatience) return this.#outcome('patience');
      const report = await this.trainer.step();
      this.#note(report);
      if (this.trainer.skippedInARow >= skipsInARow) throw this.#diverged();
      const isDue = report.step % evaluateEvery === 0 || report.step === steps;
      const heldOut = isDue ? await this.#evaluate() : undefined;
      const stop = await onStep({ ...report, steps, heldOut, best: this.#state.best });
      if (!stop) continue;
      if (stop === 'seconds' && !isDue) await this.#evaluate();
      return this.#outcome(stop);
    }
    return this.#outcome('steps');
  }

  /** The whole run as it stands, with `about`, plain data, beside it. */
  save(about: unknown): Uint8Array<ArrayBuffer> {
    const { state, arrays } = this.trainer.save();
    for (const [name, data] of Object.entries(this.#best ?? {})) arrays.set(`best.${name}`, data);
    const loss = Number.isNaN(this.#state.loss) ? null : this.#state.loss;
    return encodeCheckpoint({ about: { about, trainer: state, run: { ...this.#state, loss } }, arrays });
  }

  /** Goes on from a checkpoint; what was saved beside it. */
  load(bytes: Uint8Array): unknown {
    const { about: all, arrays } = decodeCheckpoint(bytes);
    const { about, trainer, run } = all as {
      about: unknown;
      trainer: TrainerState;
      run: Omit<RunState, 'loss'> & { loss: number | null };
    };
    this.trainer.load(trainer, arrays);
    this.#state = { ...run, loss: run.loss ?? Number.NaN };
    const best = [...arrays].filter(([name]) => name.startsWith('best.'));
    this.#best = best.length > 0 ? Object.fromEntries(best.map(([name, data]) => [name.slice(5), data])) : undefined;
    return about;
  }

  get #isOutOfPatience(): boolean {
    const { patience } = this.#options;
    return patience !== undefined && this.#state.since >= patience;
  }

  #note({ skipped, clipped, loss }: StepReport): void {
    const state = this.#state;
    this.#state = skipped
      ? { ...state, skipped: state.skipped + 1 }
      : { ...state, clipped: state.clipped + clipped, lossSum: state.lossSum + loss, lossCount: state.lossCount + 1 };
  }

  async #evaluate(): Promise<number | undefined> {
    const { evaluate, plateau } = this.#options;
    const { lossSum, lossCount, loss } = this.#state;
    this.#state = { ...this.#state, loss: lossCount > 0 ? lossSum / lossCount : loss, lossSum: 0, lossCount: 0 };
    if (!evaluate) return undefined;
    const { weights } = this.trainer;
    const heldOut = await evaluate(weights);
    const { best, since } = this.#state;
    if (heldOut < (best ?? Number.POSITIVE_INFINITY)) {
      this.#best = weights;
      this.#state = { ...this.#state, best: heldOut, bestStep: this.trainer.steps, since: 0 };
    } else this.#state = { ...this.#state, since: since + 1 };
    if (plateau) this.#state = { ...this.#state, plateau: reduceOnPlateau(this.#state.plateau, heldOut, plateau) };
    return heldOut;
  }

  #outcome(ended: Outcome['ended']): Outcome {
    const { best, bestStep, skipped, clipped, loss } = this.#state;
    const { steps } = this.trainer;
    return {
      ...{ ended, steps, loss, heldOut: best, skipped },
      bestStep: this.#best ? bestStep : steps,
      clippedShare: clipped / Math.max(1, steps - skipped),
      weights: this.#best ?? this.trainer.weights,
    };
  }

  #diverged(): StepcastError {
    return new StepcastError({
      code: 'TRAINING_DIVERGED',
      op: 'train',
      subject: this.#options.name,
      message: `loss or gradient was not finite at steps ${this.trainer.steps - skipsInARow + 1} to ${this.trainer.steps}`,
      hint: 'lower --lr, or clip with --clip-norm 1',
    });
  }
}
