import type { LoadedModel } from './modelContract.js';

/** Steps a batch of series through one model. Rows never influence each other: a batch does not change a result. */
export interface Stepper {
  readonly model: LoadedModel;
  readonly maxBatch: number;
  /**
   * One step for `batch` rows. x [batch, featureWidth] and each of `states` [batch, size] are read from `input`;
   * y [batch, horizon, levels] and the next states are written back to `input.states` and `input.y`. Row-major float32.
   */
  step(batch: number, input: StepBuffers): Promise<void>;
}

export interface StepBuffers {
  readonly x: Float32Array;
  readonly states: readonly Float32Array[]; // one a state of the model, [maxBatch, size]
  readonly y: Float32Array;
}

/** Buffers for `maxBatch` rows of a model. */
export const stepBuffers = ({ featureWidth, states, metadata }: LoadedModel, maxBatch: number): StepBuffers => ({
  x: new Float32Array(maxBatch * featureWidth),
  states: states.map(({ size }) => new Float32Array(maxBatch * size)),
  y: new Float32Array(maxBatch * metadata.horizon * metadata.levels.length),
});
