import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { StepcastError } from '../errors.js';
import type { LoadedModel, StateShape } from '../forecast/modelContract.js';
import type { StepBuffers, Stepper } from '../pipeline/ports.js';
import { gatherRows, scatterRows } from './batchAxis.js';
import { createSession, inTurn, ortRuntime } from './ortRuntime.js';

export interface OrtStepperOptions {
  maxBatch?: number; // rows
}

export interface OrtStepper extends Stepper {
  release(): Promise<void>;
}

/**
 * A stepper on ONNX Runtime. Steps follow one another: a `step` waits for the one before it to end.
 *
 * @throws {StepcastError} MODEL_UNREADABLE when the runtime refuses the graph, MODEL_CONTRACT when a trial run at two batch
 * sizes gives other shapes than the contract asks for.
 */
export async function createOrtStepper(
  model: LoadedModel,
  bytes: Uint8Array,
  { maxBatch = 256 }: OrtStepperOptions = {},
): Promise<OrtStepper> {
  if (!Number.isInteger(maxBatch) || maxBatch < 1) {
    throw new RangeError(`createOrtStepper: maxBatch must be a positive integer, got ${maxBatch}`);
  }
  const session = await openSession(model, bytes);
  const stepper = new SessionStepper(model, session, maxBatch);
  try {
    for (const batch of maxBatch > 1 ? [1, 2] : [1]) await stepper.tryOut(batch);
  } catch (error) {
    await session.release();
    throw error;
  }
  return stepper;
}

type Tensors = Record<string, Tensor>;

class SessionStepper implements OrtStepper {
  readonly model: LoadedModel;
  readonly maxBatch: number;
  readonly #session: InferenceSession;
  readonly #ySize: number; // floats a row
  readonly #wanted: readonly string[]; // outputs
  readonly #gathered: readonly (Float32Array | undefined)[]; // a state whose batch axis is not outermost, in the graph's order
  readonly #tensors = new WeakMap<StepBuffers, (Tensors | undefined)[]>(); // by batch size: building them anew costs as much as a small step

  constructor(model: LoadedModel, session: InferenceSession, maxBatch: number) {
    this.model = model;
    this.maxBatch = maxBatch;
    this.#session = session;
    this.#ySize = model.metadata.horizon * model.metadata.levels.length;
    this.#wanted = ['y', ...model.states.map(({ name }) => `${name}_next`)];
    this.#gathered = model.states.map((state) =>
      outerSize(state) === 1 ? undefined : new Float32Array(maxBatch * state.size),
    );
  }

  async step(batch: number, input: StepBuffers): Promise<void> {
    if (!(batch >= 1 && batch <= this.maxBatch)) {
      throw new RangeError(`step: batch must be 1 to ${this.maxBatch}, got ${batch}`);
    }
    return inTurn(() => this.#step(batch, input));
  }

  async #step(batch: number, input: StepBuffers): Promise<void> {
    const { states } = this.model;
    for (const [i, state] of states.entries()) {
      const gathered = this.#gathered[i];
      if (gathered) gatherRows(input.states[i], gathered, batch, outerSize(state), state.size);
    }
    const results = await this.#session.run(this.#tensorsFor(batch, input), this.#wanted);
    input.y.set(floats(results.y, batch * this.#ySize));
    for (const [i, state] of states.entries()) {
      const next = floats(results[`${state.name}_next`], batch * state.size);
      if (this.#gathered[i]) scatterRows(next, input.states[i], batch, outerSize(state), state.size);
      else input.states[i].set(next);
    }
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  /** One run on zeros, whose result shapes are checked. */
  async tryOut(batch: number): Promise<void> {
    const { metadata, states, featureWidth } = this.model;
    const input = {
      x: new Float32Array(batch * featureWidth),
      states: states.map((state) => new Float32Array(batch * state.size)),
      y: new Float32Array(batch * this.#ySize),
    };
    let results: Tensors;
    try {
      results = await inTurn(() => this.#session.run(this.#tensorsFor(batch, input), this.#wanted));
    } catch (cause) {
      throw this.#broken(`does not run at batch ${batch}: ${oneLine(cause)}`, cause);
    }
    const expected: [string, readonly number[]][] = [
      ['y', [batch, metadata.horizon, metadata.levels.length]],
      ...states.map(({ name, dims }): [string, number[]] => [`${name}_next`, dims.map((d) => (d < 0 ? batch : d))]),
    ];
    for (const [name, dims] of expected) {
      const found = results[name]?.dims ?? [];
      if (`${found}` !== `${dims}`) throw this.#broken(`${name} is [${found}] at batch ${batch}, not [${dims}]`);
    }
  }

  #tensorsFor(batch: number, input: StepBuffers): Tensors {
    let known = this.#tensors.get(input);
    if (!known) this.#tensors.set(input, (known = []));
    return (known[batch] ??= this.#view(batch, input));
  }

  #view(batch: number, input: StepBuffers): Tensors {
    const { Tensor } = ortRuntime();
    const { featureWidth, states } = this.model;
    const tensors: Tensors = {
      x: new Tensor('float32', input.x.subarray(0, batch * featureWidth), [batch, featureWidth]),
    };
    for (const [i, { name, dims, size }] of states.entries()) {
      const rows = (this.#gathered[i] ?? input.states[i]).subarray(0, batch * size);
      tensors[name] = new Tensor(
        'float32',
        rows,
        dims.map((dim) => (dim < 0 ? batch : dim)),
      );
    }
    return tensors;
  }

  #broken(message: string, cause?: unknown): StepcastError {
    const hint = 'export it with a dynamic batch axis, to the shapes its metadata declares';
    return new StepcastError({
      code: 'MODEL_CONTRACT',
      op: 'load model',
      subject: this.model.path,
      message,
      hint,
      cause,
    });
  }
}

async function openSession(model: LoadedModel, bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await createSession(bytes);
  } catch (cause) {
    throw new StepcastError({
      code: 'MODEL_UNREADABLE',
      op: 'load model',
      subject: model.path,
      message: `the runtime refuses it: ${oneLine(cause)}`,
      hint: 'check that it is a complete ONNX file of opset 17 or later with standard operators',
      cause,
    });
  }
}

/** Product of the axes before the batch axis. */
const outerSize = ({ dims, batchAxis }: StateShape): number =>
  dims.slice(0, batchAxis).reduce((size, dim) => size * dim, 1);

function floats(tensor: Tensor, length: number): Float32Array {
  const data = tensor.data as Float32Array;
  if (data.length !== length) throw new RangeError(`step: the model gave ${data.length} numbers, not ${length}`);
  return data;
}

const oneLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0];
