import { createSession, inTurn, ortRuntime } from './ortRuntime.js';

export interface FloatArray {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Runs a graph of float32 inputs and outputs, such as a training step. */
export interface GraphRunner {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Every input must be there; the results are the caller's to keep. */
  run(feeds: Readonly<Record<string, FloatArray>>): Promise<Record<string, FloatArray>>;
  release(): Promise<void>;
}

/**
 * What is run is built by this project and has had its passes. Those of ONNX Runtime find nothing more in it, and take as long as
 * all else that makes a session of a thousand nodes.
 */
export async function createGraphRunner(model: Uint8Array): Promise<GraphRunner> {
  const session = await createSession(model, { optimise: false });
  const { Tensor } = ortRuntime();
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]);
      const results = await inTurn(() => session.run(Object.fromEntries(tensors)));
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]),
      );
    },
    release: () => session.release(),
  };
}
