import type { GraphBuilder } from '../onnx/graphBuilder.js';
import type { Values } from './cells/cell.js';
import type { Network } from './network.js';

export interface Unrolled {
  readonly hidden: string; // [steps·batch, H], step-major
  readonly last: readonly string[]; // the states after the last step, [batch, H] each
}

/**
 * A cell over `steps` steps as one graph. x is [steps·batch, inputSize], step-major; `states` are those before the first step.
 * All input products are one product before the loop.
 */
export function unroll(
  g: GraphBuilder,
  { cell, hiddenSize }: Network,
  x: string,
  states: readonly string[],
  p: Values,
  steps: number,
): Unrolled {
  const batch = Number(g.shape(states[0])[0]);
  const sizes = g.ints(new Array<number>(steps).fill(batch));
  const parts = cell
    .project(g, g.op('Gemm', [x, p.W, p.b]), hiddenSize)
    .map((rows) => (steps === 1 ? [rows] : g.ops(steps, 'Split', [rows, sizes], { axis: 0 })));
  let last = states;
  const hidden: string[] = [];
  for (let t = 0; t < steps; t++) {
    last = cell.step(
      g,
      parts.map((part) => part[t]),
      last,
      p,
      hiddenSize,
    );
    hidden.push(last[0]);
  }
  return { hidden: steps === 1 ? hidden[0] : g.op('Concat', hidden, { axis: 0 }), last };
}
