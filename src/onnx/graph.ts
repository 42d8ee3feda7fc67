import type { Constant } from './constant.js';
import type { GraphNode } from './graphNode.js';
import type { Shape } from './shape.js';

export interface GraphValue {
  readonly name: string;
  readonly shape: Shape;
}

export interface Weight {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** What a file says, as plain data: every value has a name and a shape, every node comes after those it reads. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** The float32 initializers. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** Weights that are running means and variances (of BatchNormalization), which no gradient changes. */
  readonly statistics: ReadonlySet<string>;
  /** Constant nodes and integer initializers. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** In the form of opset 17, whatever the file's; the empty name stands for an input or output left out. */
  readonly nodes: readonly GraphNode[];
  readonly shapes: ReadonlyMap<string, Shape>;
}
