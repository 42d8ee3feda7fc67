import type { GraphBuilder } from '../../onnx/graphBuilder.js';

/** Names of a graph's values that all parameters share in a step, such as a corrected rate. */
export type Shared = Readonly<Record<string, string>>;

export interface OptimisedParameter {
  readonly name: string;
  readonly value: string;
  readonly slots: Readonly<Record<string, string>>; // of the parameter's shape, zero before the first step
  readonly gradient: string;
}

export interface Updated {
  readonly value: string;
  readonly slots: Readonly<Record<string, string>>;
}

/** The update rule of a training step as graph nodes. What it remembers of each parameter is in `slots`. */
export interface Optimiser {
  readonly name: string;
  readonly slots: readonly string[];
  /** What does not depend on the parameter. `rate` and `t` = 1, 2, … are single numbers. */
  prepare(g: GraphBuilder, rate: string, t: string): Shared;
  update(g: GraphBuilder, parameter: OptimisedParameter, shared: Shared): Updated;
}
