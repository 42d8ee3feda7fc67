import type { GraphBuilder } from '../../onnx/graphBuilder.js';

/**
 * What a training graph makes small: a single number, the weighted mean over what is known.
 *
 * `build` takes y [rows, horizon, levels], target [rows, horizon] and weight [rows, horizon]; a weight of 0 leaves a target
 * out, whatever stands there, and all 0 gives 0.
 */
export interface Loss {
  readonly name: string;
  build(g: GraphBuilder, y: string, target: string, weight: string): string;
}
