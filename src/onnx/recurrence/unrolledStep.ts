import type { Graph } from '../graph.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { dropIdentities } from '../passes/dropIdentities.js';
import { gatherSplitSums } from '../passes/gatherSplitSums.js';
import { gatherSums } from '../passes/gatherSums.js';
import { joinProducts } from '../passes/joinProducts.js';
import { liveNodes } from '../passes/liveNodes.js';
import { splitProducts } from '../passes/splitProducts.js';
import { tanhGates } from '../passes/tanhGates.js';
import { withRows } from './batchAxis.js';
import { buildFused, fusedCells, isWorthwhile } from './fusedCells.js';
import { type StepBody, stepBody } from './stepBody.js';
import { largestStep, outgrowsCache } from './stepwiseNodes.js';
import { Unrolling } from './unrolling.js';

/** States have names that no weight has: c is a state of the LSTM and a bias of the GRU. */
export const stateInput = (name: string): string => `state.${name}`;

export interface UnrollOptions {
  readonly steps: number;
  readonly batch: number;
  readonly fuse?: boolean; // run cells that are ONNX operators as such, where that is cheaper
}

export interface UnrolledStep {
  readonly body: StepBody;
  readonly unrolling: Unrolling;
  /** The value in the body of each output of the step. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Whether it is too large for a cache, and what saves time is worth other bits. */
  readonly outgrows: boolean;
}

/**
 * A step over `steps` steps in `g`, its inputs declared there: what is fed at every step as [steps·batch, …], the states before the
 * first step as `state.S`, weights under their own names. The outputs are still to be built.
 */
export function unrolledStep(
  g: GraphBuilder,
  graph: Graph,
  { steps, batch, fuse = true }: UnrollOptions,
): UnrolledStep {
  const body = stepBody(graph);
  const unrolling = new Unrolling(g, body.g, steps, batch);
  for (const { name, value, shape } of body.perStep)
    unrolling.bindRows(value, g.input(name, withRows(shape, steps * batch)));
  const plain = dropIdentities(body.g, [...body.outputs.values()]);
  const named = new Map([...body.outputs].map(([name, value]) => [name, plain.get(value)!]));
  const cells = fuse ? fusedCells(body, named).filter((cell) => isWorthwhile(cell, body.g, batch)) : [];
  const carried = body.states.map(({ value }) => value);
  const fed = body.perStep.map(({ value }) => value);
  let gathered = gatherSums(body.g, [...named.values(), ...cells.map(({ x }) => x)], carried);
  const then = (pass: (roots: readonly string[]) => ReadonlyMap<string, string>): void => {
    const again = pass([...gathered.values()]);
    gathered = new Map([...gathered].map(([name, value]) => [name, again.get(value)!]));
  };
  const { nodes } = liveNodes(body.g.nodes, [...gathered.values()]);
  const outgrows = cells.length === 0 && outgrowsCache(steps, largestStep(nodes, body.g, batch));
  if (cells.length === 0) {
    if (outgrows) then((roots) => splitProducts(body.g, roots, fed));
    then((roots) => gatherSplitSums(body.g, roots, carried));
    if (outgrows) then((roots) => joinProducts(body.g, roots, fed));
  }
  const outputs = new Map([...named].map(([name, value]) => [name, gathered.get(value)!]));
  if (outgrows) unrolling.makeAs(tanhGates(body.g, [...outputs.values()]));
  for (const { name, value, shape } of body.states) {
    const first = g.input(stateInput(name), withRows(shape, batch));
    unrolling.carry({ input: value, next: outputs.get(`${name}_next`)!, direction: 1, initial: () => first });
  }
  for (const { name, dims } of body.weights) unrolling.bindStill(name, g.input(name, dims));
  for (const cell of cells) {
    const [x, W, R, bias] = [gathered.get(cell.x)!, cell.W, cell.R, cell.bias];
    unrolling.provide(gathered.get(cell.next)!, [x], () => {
      const operands = { x: unrolling.rows(x), W: unrolling.rows(W), R: unrolling.rows(R), bias: unrolling.rows(bias) };
      const c = cell.c === undefined ? undefined : unrolling.rows(cell.c);
      return buildFused(g, cell, { ...operands, c, states: cell.states.map(stateInput) }, steps, batch);
    });
  }
  return { body, unrolling, outputs, outgrows };
}
