import { pullBack } from '../differentiate.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { gatherFactors } from '../passes/gatherFactors.js';
import { gatherSums } from '../passes/gatherSums.js';
import { liveNodes } from '../passes/liveNodes.js';
import { reuseProducts } from '../passes/reuseProducts.js';
import { substitute } from '../passes/substitute.js';
import type { StepBody } from './stepBody.js';

/** How dL/d(state) goes from step to step, backwards: `carried` at step t is `next` of step t + 1. */
export interface Adjoint {
  readonly state: string;
  readonly carried: string;
  readonly next: string;
  readonly shape: readonly number[];
  /** Added to what is handed over from step t + 1, a value of step t; `ahead` stands for it one step before. */
  readonly own?: { readonly value: string; readonly ahead: string };
  /** dL/d(S_next), everything that hangs on it. */
  readonly total: string;
}

/** The backward half of a step, appended to its body. */
export interface BackwardBody {
  readonly slopes: ReadonlyMap<string, string>; // dL/dv of each value v that the loss reads, to be given
  readonly gradients: ReadonlyMap<string, string>; // of each weight that those hang on: sums over the rows
  readonly adjoints: readonly Adjoint[];
}

/**
 * The vector–Jacobian product of a step, in a form that leaves little in the loop: products gathered, sums folded into matrix
 * products, and what a step's own loss adds to an adjoint added before it is carried. With `reuse` products that the step makes
 * anyway take the place of others, which is not the same bit for bit.
 */
export function backwardBody(
  body: StepBody,
  read: readonly string[],
  next: ReadonlyMap<string, string>,
  reuse: boolean,
): BackwardBody {
  const { g, states, weights } = body;
  const forward = liveNodes(g.nodes, [...read, ...next.values()]).nodes;
  const slopes = new Map(read.map((value) => [value, g.input(`adjoint of ${value}`, g.shape(value))]));
  const carried = states.map(({ name, shape }) => g.input(`adjoint.${name}`, shape));
  const trained = weights.filter((weight) => weight.trained).map(({ name }) => name);
  const totals = states.map(({ name }) => next.get(name)!);
  const seeds = [...slopes, ...totals.map((value, i) => [value, carried[i]])] as [string, string][];
  const found = pullBack(g, seeds, [...trained, ...states.map(({ value }) => value), ...totals]);

  const zero = (shape: readonly number[]): string => g.op('Expand', [g.scalar(0), g.ints(shape)]);
  const reached = trained.filter((name) => found.has(name));
  const raw = [
    ...reached.map((name) => found.get(name)!),
    ...states.map(({ value, shape }) => found.get(value) ?? zero(shape)),
    ...totals.map((value, i) => found.get(value) ?? carried[i]),
  ];
  let roots = apply(raw, gatherFactors(g, raw, carried));
  if (reuse) roots = apply(roots, reuseProducts(g, roots, forward));
  const adjoints = states.map(({ name, shape }, i): Adjoint => {
    const turned = rotated(g, roots, carried[i], carried, name, reached.length + i);
    if (turned) {
      roots = turned.roots;
      carried[i] = turned.carried;
    }
    return { state: name, carried: carried[i], own: turned?.own, next: '', total: '', shape };
  });
  roots = apply(
    roots,
    gatherSums(
      g,
      roots,
      adjoints.map((adjoint) => adjoint.carried),
    ),
  );
  return {
    slopes,
    gradients: new Map(reached.map((name, i) => [name, roots[i]])),
    adjoints: adjoints.map((adjoint, i) => ({
      ...adjoint,
      next: roots[reached.length + i],
      total: roots[reached.length + states.length + i],
    })),
  };
}

const apply = (roots: readonly string[], renamed: ReadonlyMap<string, string>): string[] =>
  roots.map((root) => renamed.get(root)!);

/**
 * Where all that is done with a carried adjoint is to add something to it that does not hang on any, the sum is carried instead:
 * it becomes the third operand of the product that made the adjoint.
 */
function rotated(
  g: GraphBuilder,
  roots: readonly string[],
  carried: string,
  all: readonly string[],
  name: string,
  root: number,
): { roots: string[]; carried: string; own: NonNullable<Adjoint['own']> } | undefined {
  const { nodes } = liveNodes(g.nodes, roots);
  const readers = nodes.filter(({ inputs }) => inputs.includes(carried));
  if (roots.includes(carried) || readers.length !== 1 || readers[0].opType !== 'Add') return undefined;
  const [sum] = readers;
  const value = sum.inputs[0] === carried ? sum.inputs[1] : sum.inputs[0];
  const inLoop = new Set(all);
  for (const node of nodes)
    if (node.inputs.some((input) => inLoop.has(input))) for (const output of node.outputs) inLoop.add(output);
  if (inLoop.has(value)) return undefined;
  const total = g.input(`adjoint.${name}.total`, g.shape(carried));
  const ahead = g.input(`adjoint.${name}.ahead`, g.shape(carried));
  const turned = apply(roots, substitute(g, roots, new Map([[sum.outputs[0], total]])));
  turned[root] = g.op('Add', [turned[root], ahead]);
  return { roots: turned, carried: total, own: { value, ahead } };
}
