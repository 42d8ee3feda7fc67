import type { AttributeValue } from '../attribute.js';
import { expandTo } from '../expandTo.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { type GraphNode, nodeTitle } from '../graphNode.js';
import { fixed, type Shape } from '../shape.js';
import { activationOf } from './activationOf.js';

/** The inputs of a GRU, LSTM or RNN node, forward in time, laid out for one step after another. */
export interface RecurrentLayer {
  readonly steps: number;
  readonly hiddenSize: number;
  /** Each f, g, h of the operator's formulas, as many as it has. */
  readonly activations: readonly ((x: string) => string)[];
  /** R [gates·H, H] of the file, without the axis of directions. */
  readonly R: string;
  /** The two halves of B, [gates·H] each, where there is one. */
  readonly Wb?: string;
  readonly Rb?: string;
  /** The state before the first step, [batch, H]: `input` of the node, zeros when it is left out. */
  initial(input: number): string;
  /** x·Wᵀ + bias at each step, [batch, gates·H]: one product for all of them. */
  projected(bias: string | undefined): readonly string[];
  /** The outputs Y, Y_h, …, of which only those that are read are built. */
  outputs(hidden: readonly string[], last: readonly string[]): readonly string[];
}

/** @throws {TypeError} for what is not lowered: other directions, sequences of unequal length, clipping, batch-major layout. */
export function recurrentLayer(
  g: GraphBuilder,
  node: GraphNode,
  inputs: readonly string[],
  defaults: readonly string[],
): RecurrentLayer {
  const { attributes } = node;
  const [X, W, R, B = '', lengths = ''] = inputs;
  const refuse = (why: string): never => {
    throw new TypeError(`${nodeTitle(node)}: ${why}`);
  };
  const { direction = 'forward' } = attributes;
  if (direction !== 'forward') refuse(`direction ${direction} is not known, only forward`);
  if (attributes.layout) refuse('layout 1 is not known, only 0');
  if (attributes.clip !== undefined) refuse('clip is not known');
  if (attributes.input_forget) refuse('input_forget is not known');
  const [length, batch] = g.shape(X);
  if (typeof length === 'string') refuse(`its sequence must have a fixed length, not ${length}`);
  const steps = fixed(length);
  const full = lengths === '' || g.constants.get(lengths)?.data.every((each) => each === steps);
  if (!full) refuse('sequence_lens is not known: pad and mask instead');

  const hiddenSize = fixed(g.shape(R)[2]);
  const flat = (value: string): string => g.op('Squeeze', [value, g.ints([0])]);
  const width = fixed(g.shape(W)[1]);
  const [Wb, Rb] = B === '' ? [] : g.ops(2, 'Split', [flat(B), g.ints([width, width])], { axis: 0 });
  const inner = flat(W);
  const state: Shape = [batch, hiddenSize];
  return {
    R: flat(R),
    Wb,
    Rb,
    steps,
    hiddenSize,
    activations: activationsOf(g, node, defaults),
    initial: (input) => ((inputs[input] ?? '') === '' ? expandTo(g, g.scalar(0), state, X) : flat(inputs[input])),
    projected(bias) {
      const plus = bias === undefined ? [] : [bias];
      if (steps === 1) return [g.op('Gemm', [flat(X), inner, ...plus], { transB: 1 })];
      const product = g.op('MatMul', [X, g.op('Transpose', [inner], { perm: [1, 0] })]);
      const all = bias === undefined ? product : g.op('Add', [product, bias]);
      return g.ops(steps, 'Split', [all, g.ints(new Array<number>(steps).fill(1))], { axis: 0 }).map(flat);
    },
    outputs: (hidden, last) =>
      node.outputs.map((output, i) => {
        if (output === '') return '';
        return i === 0 ? trajectory(g, hidden) : g.op('Unsqueeze', [last[i - 1], g.ints([0])]);
      }),
  };
}

/** [steps, 1, batch, H] of [batch, H] each. */
function trajectory(g: GraphBuilder, hidden: readonly string[]): string {
  if (hidden.length === 1) return g.op('Unsqueeze', [hidden[0], g.ints([0, 1])]);
  const stacked = g.op(
    'Concat',
    hidden.map((each) => g.op('Unsqueeze', [each, g.ints([0])])),
    { axis: 0 },
  );
  return g.op('Unsqueeze', [stacked, g.ints([1])]);
}

/** Those of the node or `defaults`; each that has a parameter takes the next of the node's. */
function activationsOf(g: GraphBuilder, node: GraphNode, defaults: readonly string[]): ((x: string) => string)[] {
  const list = (value: AttributeValue | undefined): (number | string)[] => (Array.isArray(value) ? [...value] : []);
  const named = list(node.attributes.activations).map(String);
  const alphas = list(node.attributes.activation_alpha).map(Number);
  return (named.length > 0 ? named : defaults).map((name) => {
    const activation = activationOf(name);
    if (!activation) throw new TypeError(`${nodeTitle(node)}: activation ${name} is not known`);
    const alpha = activation.alpha === undefined ? undefined : (alphas.shift() ?? activation.alpha);
    return (x) => g.op(activation.opType, [x], alpha === undefined ? {} : { alpha });
  });
}
