import type { Graph } from '../graph.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { dropIdentities } from '../passes/dropIdentities.js';
import { gatherSums } from '../passes/gatherSums.js';
import { withRows } from './batchAxis.js';
import { type StepBody, stepBody } from './stepBody.js';
import { Unrolling } from './unrolling.js';

/** States have names that no weight has: c is a state of the LSTM and a bias of the GRU. */
export const stateInput = (name: string): string => `state.${name}`;

export interface UnrolledStep {
  readonly body: StepBody;
  readonly unrolling: Unrolling;
  /** The value in the body of each output of the step. */
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * A step over `steps` steps in `g`, its inputs declared there: what is fed at every step as [steps·batch, …], the states before the
 * first step as `state.S`, weights under their own names. The outputs are still to be built.
 */
export function unrolledStep(g: GraphBuilder, graph: Graph, steps: number, batch: number): UnrolledStep {
  const body = stepBody(graph);
  const unrolling = new Unrolling(g, body.g, steps, batch);
  for (const { name, value, shape } of body.perStep)
    unrolling.bindRows(value, g.input(name, withRows(shape, steps * batch)));
  const plain = dropIdentities(body.g, [...body.outputs.values()]);
  const gathered = gatherSums(
    body.g,
    [...plain.values()],
    body.states.map(({ value }) => value),
  );
  const outputs = new Map([...body.outputs].map(([name, value]) => [name, gathered.get(plain.get(value)!)!]));
  for (const { name, value, shape } of body.states) {
    const first = g.input(stateInput(name), withRows(shape, batch));
    unrolling.carry({ input: value, next: outputs.get(`${name}_next`)!, direction: 1, initial: () => first });
  }
  for (const { name, dims } of body.weights) unrolling.bindStill(name, g.input(name, dims));
  return { body, unrolling, outputs };
}
