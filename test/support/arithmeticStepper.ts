import { featureWidth } from '../../src/forecast/features.js';
import type { LoadedModel, ModelMetadata } from '../../src/forecast/modelContract.js';
import type { StepBuffers, Stepper } from '../../src/forecast/stepper.js';

export interface ArithmeticStepperOptions
  extends Partial<Pick<ModelMetadata, 'features' | 'target' | 'horizon' | 'covariates'>> {
  maxBatch?: number;
  sha256?: string;
  version?: number;
  bias?: number; // added to every answer: so much worse a model
  /** What a step waits for before it answers. */
  pause?: () => Promise<void>;
}

const every = [
  'value',
  'diff',
  'missing',
  'elapsed',
  'day.sin',
  'day.cos',
  'week.sin',
  'week.cos',
  'weekend',
  'season',
];

/**
 * A step model without a graph: h' = 0.6 h + 0.4 mix(x), c' = c + h' (0.9 of it kept), in float32, and quantiles that depend on
 * all of h and c. Whatever is lost of a state, or stepped twice or out of order, shows in every later answer.
 */
export class ArithmeticStepper implements Stepper {
  readonly model: LoadedModel;
  readonly maxBatch: number;
  readonly batches: number[] = []; // sizes, in order
  readonly #bias: number;
  readonly #pause: () => Promise<void>;

  constructor({
    features = every,
    target = 'change',
    horizon = 4,
    maxBatch = 8,
    sha256 = 'arithmetic',
    version = 1,
    bias = 0,
    pause = () => Promise.resolve(),
    covariates,
  }: ArithmeticStepperOptions = {}) {
    this.maxBatch = maxBatch;
    this.#pause = pause;
    this.#bias = bias;
    this.model = {
      name: 'arithmetic',
      version,
      sha256,
      path: '',
      metadata: { contract: 1, cell: 'arithmetic', features, target, horizon, levels: [0.1, 0.5, 0.9], covariates },
      featureWidth: featureWidth(features, horizon, covariates),
      states: [
        { name: 'h', dims: [-1, 3], batchAxis: 0, size: 3 },
        { name: 'c', dims: [2, -1], batchAxis: 1, size: 2 },
      ],
    };
  }

  async step(batch: number, { x, states, y }: StepBuffers): Promise<void> {
    this.batches.push(batch);
    await this.#pause();
    const { featureWidth: width, metadata } = this.model;
    const [hidden, cell] = states;
    for (let row = 0; row < batch; row++) {
      const h = hidden.subarray(3 * row, 3 * row + 3);
      const c = cell.subarray(2 * row, 2 * row + 2);
      for (let i = 0; i < 3; i++) {
        let mix = 0;
        for (let k = 0; k < width; k++) mix += x[row * width + k] * Math.sin(1 + k * (i + 1));
        h[i] = 0.6 * h[i] + 0.4 * Math.tanh(mix / width);
      }
      for (let i = 0; i < 2; i++) c[i] = 0.9 * c[i] + h[i] - h[i + 1];
      for (let k = 0; k < metadata.horizon; k++) {
        const middle = h[0] + 0.1 * k * c[0] + this.#bias;
        const half = Math.abs(h[1]) + 0.1 * Math.abs(c[1]);
        y.set([middle - half, middle, middle + half], 3 * (row * metadata.horizon + k));
      }
    }
  }
}
