import { layerShapes, layerState } from './architectureParameters.js';
import { cells } from './cells/cells.js';
import { valuesOf } from './parameter.js';
import type { StepContext } from './stepContext.js';

export interface Stacked {
  readonly value: string; // [batch, H]: what the last layer gives
  readonly states: readonly string[]; // of the last layer
}

/**
 * The layers, one above the other: what layer k is given is v_(k−1), v_0 = x, and with residuals
 *
 *     v_1 = h_1      v_k = h_k + v_(k−1)
 *
 * of which training drops a share between layers.
 */
export function stackLayers({ g, a, p, next, keep, drop }: StepContext, x: string): Stacked {
  const cell = cells[a.cell];
  let value = x;
  let last: readonly string[] = [];
  for (const [i, shape] of layerShapes(a).entries()) {
    const names = cell.states.map((name) => layerState(name, i));
    const states = names.map((name) => g.input(name, ['batch', a.hiddenSize]));
    const given = i === 0 ? value : drop(i, value);
    const stepped = cell.step(g, given, states, valuesOf(`layer${i + 1}`, p), shape);
    last = stepped.map((state, s) => keep(state, states[s]));
    for (const [s, name] of names.entries()) next.set(name, last[s]);
    value = a.residual && i > 0 ? g.op('Add', [last[0], given]) : last[0];
  }
  return { value, states: last };
}
