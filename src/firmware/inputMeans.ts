import type { DeviceNetwork } from './deviceNetwork.js';
import { FloatNetwork } from './floatStep.js';

/** What the rows of a network read on average. */
export interface InputMeans {
  readonly layers: readonly { readonly in: Float64Array; readonly h: Float64Array; readonly reset: Float64Array }[];
  readonly v: Float64Array;
  readonly head: Float64Array;
}

/** Over a replay: rows of x one after another. `restarts` are the rows before which the state is cleared. */
export function inputMeans(network: DeviceNetwork, x: Float32Array, restarts: ReadonlySet<number>): InputMeans {
  const { columns, layers } = network;
  const runner = new FloatNetwork(network);
  const steps = x.length / columns;
  const zeros = (size: number): Float64Array => new Float64Array(size);
  const last = layers[layers.length - 1].hidden;
  const means: InputMeans = {
    layers: layers.map(({ hidden, x: { inputs } }) => ({ in: zeros(inputs), h: zeros(hidden), reset: zeros(hidden) })),
    v: zeros(last),
    head: zeros(last),
  };
  const add = (to: Float64Array, seen: Float64Array): void => {
    for (let i = 0; i < to.length; i++) to[i] += seen[i] / steps;
  };
  for (let step = 0; step < steps; step++) {
    if (restarts.has(step)) runner.reset();
    runner.step(x.subarray(step * columns, (step + 1) * columns), (seen) => {
      for (const [k, layer] of seen.layers.entries()) {
        add(means.layers[k].in, layer.in);
        add(means.layers[k].h, layer.h);
        add(means.layers[k].reset, layer.reset);
      }
      add(means.v, seen.v);
      add(means.head, seen.head);
    });
  }
  return means;
}
