export interface FloatArray {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** The runtime as training sees it: one graph of float32 inputs and outputs. Results are the caller's to keep. */
export interface GraphRunner {
  run(feeds: Readonly<Record<string, FloatArray>>): Promise<Record<string, FloatArray>>;
  release(): Promise<void>;
}

/** Makes a runner of an encoded ONNX model. */
export type OpenGraph = (model: Uint8Array) => Promise<GraphRunner>;
