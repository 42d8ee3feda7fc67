import type { SnapshotReader, SnapshotWriter } from '../series/snapshot.js';
import type { SeriesSettings, Tick } from '../series/types.js';
import type { ExpertView } from './expertView.js';
import { medianIndex } from './forecastWriter.js';
import type { LoadedModel } from './modelContract.js';
import { SeriesFeatures } from './seriesFeatures.js';
import type { StepBuffers } from './stepper.js';

/**
 * One series before a step model: what the model is told of it, and the recurrent state that is carried from tick to tick.
 * The model itself runs outside, on many series at once: `prepare` fills a row of the batch, `accept` takes the new state
 * back from it, `median` reads the answer. Owns its state; nothing else changes it.
 */
export class RecurrentForecaster {
  readonly model: LoadedModel;
  readonly features: SeriesFeatures;
  readonly #states: Float32Array[];
  readonly #middle: number; // place of the median among the levels

  constructor(model: LoadedModel, settings: Pick<SeriesSettings, 'season' | 'covariates' | 'statics'>) {
    const { season, covariates: looksAt, statics } = settings;
    this.model = model;
    this.#middle = medianIndex(model.metadata.levels);
    this.features = new SeriesFeatures({ ...model.metadata, season, looksAt, statics });
    this.#states = model.states.map(({ size }) => new Float32Array(size));
  }

  /** Observes a tick and writes row `row` of the batch. A tick that restarts clears the recurrent state first. */
  prepare(tick: Tick, batch: StepBuffers, row: number, experts?: ExpertView): void {
    if (tick.restart) for (const state of this.#states) state.fill(0);
    this.features.observe(tick);
    this.features.write(batch.x, row * this.features.width, experts);
    for (let k = 0; k < this.#states.length; k++) batch.states[k].set(this.#states[k], row * this.#states[k].length);
  }

  /** Takes the stepped state from row `row`. */
  accept(batch: StepBuffers, row: number): void {
    for (let k = 0; k < this.#states.length; k++) {
      const state = this.#states[k];
      const from = batch.states[k];
      for (let i = 0, at = row * state.length; i < state.length; i++) state[i] = from[at + i];
    }
  }

  /**
   * The median of row `row` in the unit of the series, always finite: `out[at + h − 1]` for h = 1…`horizon`, at most what the model
   * has. `target: change` adds u_h·y to the last value, `value` is m + s·y, `residual` adds y to the blend of the experts, in units of its
   * usual error.
   */
  median(batch: StepBuffers, row: number, horizon: number, out: Float64Array, at: number, experts?: ExpertView): void {
    const { levels, target, horizon: modelHorizon } = this.model.metadata;
    const { last, level, spread } = this.features;
    const L = levels.length;
    const middle = this.#middle;
    const isResidual = target === 'residual' && experts !== undefined;
    for (let h = 1; h <= horizon; h++) {
      const y = batch.y[(row * modelHorizon + h - 1) * L + middle];
      const base = isResidual ? experts.base(h) : target === 'value' ? level : last;
      const unit = isResidual ? experts.baseUnit(h) : target === 'value' ? spread : this.features.unit(h);
      const answer = base + unit * (Number.isFinite(y) ? y : 0);
      out[at + h - 1] = Number.isFinite(answer) ? answer : last;
    }
  }

  save(writer: SnapshotWriter): void {
    this.features.save(writer);
    for (const state of this.#states) writer.f32s(state);
  }

  load(reader: SnapshotReader): void {
    this.features.load(reader);
    for (const state of this.#states) state.set(reader.f32s());
  }
}
