import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { readGraph } from '../onnx/readGraph.js';
import { type BackwardBody, backwardBody } from '../onnx/recurrence/backwardBody.js';
import { withRows } from '../onnx/recurrence/batchAxis.js';
import { stateInput, unrolledStep } from '../onnx/recurrence/unrolledStep.js';
import type { Unrolling } from '../onnx/recurrence/unrolling.js';
import { clip } from './clip.js';
import { lossOfEvery, lossOfLast } from './lossAndSlopes.js';
import type { Loss } from './losses/loss.js';
import type { Optimiser } from './optimisers/optimiser.js';

export { stateInput } from '../onnx/recurrence/unrolledStep.js';

export interface TrainingGraphOptions {
  readonly step: ModelProto; // a step model of the contract, or its training variant
  readonly steps: number; // of back-propagation through time
  readonly batch: number; // series side by side
  readonly loss: Loss;
  readonly lossOn: 'every' | 'last';
  readonly optimiser: Optimiser;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly gradients?: boolean; // also give dL/dw, before the clip, as outputs `d.NAME`
  readonly fuse?: boolean; // run whole cells as one ONNX operator where that is estimated to be faster; true when left out
  readonly stateGradients?: boolean; // also give dL/dS before each step as outputs `grad.S` [steps + 1, …]
}

export interface FedValue {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface FedWeight extends FedValue {
  readonly data: Float32Array; // what the step model carries
}

export interface TrainingGraph {
  readonly model: ModelProto;
  readonly perStep: readonly FedValue[]; // fed as [steps·batch, …], step-major
  readonly states: readonly FedValue[]; // inputs `state.S`, outputs `state.S_next`
  readonly weights: readonly FedWeight[]; // inputs NAME, outputs `NAME_next`
  readonly slots: readonly FedValue[]; // of the optimiser, zeros at first: inputs `SLOT.NAME`, outputs `SLOT.NAME_next`
}

/**
 * One training step as one graph: a step model over `steps` steps, loss, back-propagation through time, clip, optimiser.
 *
 * Further inputs: target and weight [rows, horizon], rows being steps·batch (step-major) or, when only the last step has a
 * loss, batch; rate and t, single numbers, t = 1 at the first step. Further outputs: loss; norm, of all gradients together before
 * the clip; clipped, how much it bit. Carrying the states on is truncated back-propagation: nothing flows back into them.
 */
export function trainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { steps, lossOn, optimiser } = options;
  const g = new GraphBuilder('train');
  const unrolled = unrolledStep(g, readGraph(options.step), options);
  const { body, unrolling, outputs } = unrolled;
  const y = outputs.get('y');
  if (y === undefined) throw new TypeError('trainingGraph: the step model has no output y');
  const next = new Map(body.states.map(({ name }) => [name, outputs.get(`${name}_next`)!]));
  unrolling.build(lossOn === 'last' ? [...next.values()] : [y, ...next.values()]);
  const { loss, slopes, direct } =
    lossOn === 'last' ? lossOfLast(g, options, unrolled, y) : lossOfEvery(g, options, unrolled, y);
  const [rate, t] = [g.input('rate', []), g.input('t', [])];
  g.output('loss', loss);

  const backward = backwardBody(body, [...slopes.keys()], next, unrolled.outgrows);
  for (const [value, slope] of slopes) unrolling.bindRows(backward.slopes.get(value)!, slope);
  const recurrent = buildBackward(unrolling, g, backward, options);
  const raw = new Map(
    body.weights.flatMap(({ name, trained }) => {
      if (!trained) return [];
      const parts = [recurrent.get(name), direct.get(name)].filter((part) => part !== undefined);
      return parts.length > 0 ? [[name, parts.reduce((sum, part) => g.op('Add', [sum, part]))] as const] : [];
    }),
  );
  if (raw.size === 0) throw new TypeError('the loss hangs on no weight that can be trained');

  const within = clip(g, [...raw.values()], options);
  const gradients = new Map([...raw.keys()].map((name, i) => [name, within.gradients[i]]));
  g.output('norm', within.norm);
  g.output('clipped', within.clipped);
  for (const [name, value] of next) g.output(`${stateInput(name)}_next`, unrolling.at(value, steps - 1));
  const shared = optimiser.prepare(g, rate, t);
  const slots: FedValue[] = [];
  for (const { name, dims, next: own } of body.weights) {
    const gradient = gradients.get(name);
    if (gradient === undefined) {
      if (own !== undefined) unrolling.build([own]);
      g.output(`${name}_next`, own === undefined ? name : unrolling.rows(own));
      continue;
    }
    const memory = optimiser.slots.map((slot) => [slot, g.input(`${slot}.${name}`, dims)]);
    const updated = optimiser.update(g, { name, value: name, slots: Object.fromEntries(memory), gradient }, shared);
    g.output(`${name}_next`, updated.value);
    for (const slot of optimiser.slots) {
      slots.push({ name: `${slot}.${name}`, dims });
      g.output(`${slot}.${name}_next`, updated.slots[slot]);
    }
    if (options.gradients) g.output(`d.${name}`, raw.get(name)!);
  }
  return {
    model: g.model(),
    perStep: body.perStep.map(({ name }) => ({ name, dims: g.shape(name) as number[] })),
    states: body.states.map(({ name }) => ({ name, dims: g.shape(stateInput(name)) as number[] })),
    weights: body.weights.map(({ name, dims, data }) => ({ name, dims, data })),
    slots,
  };
}

/** dL/dw of every weight that the loss hangs on. */
function buildBackward(
  unrolling: Unrolling,
  g: GraphBuilder,
  { gradients, adjoints }: BackwardBody,
  { steps, batch, stateGradients }: TrainingGraphOptions,
): Map<string, string> {
  const zero = (shape: readonly number[]): string => g.op('Expand', [g.scalar(0), g.ints(withRows(shape, batch))]);
  for (const { carried, next, own, shape } of adjoints) {
    const initial = own ? () => unrolling.at(own.value, steps - 1) : () => zero(shape);
    unrolling.carry({ input: carried, next, direction: -1, initial });
    if (own) unrolling.carry({ input: own.ahead, next: own.value, direction: 1, initial: () => zero(shape) });
  }
  unrolling.build([...gradients.values(), ...adjoints.flatMap(({ own }) => (own ? [own.value] : []))]);
  if (stateGradients) {
    unrolling.build(adjoints.flatMap(({ next, total }) => [next, total]));
    for (const { state, next, total } of adjoints) {
      const each = [unrolling.at(next, 0), ...Array.from({ length: steps }, (_, step) => unrolling.at(total, step))];
      const first = g.ints([0]);
      const stacked = each.map((value) => g.op('Unsqueeze', [value, first]));
      g.output(`grad.${state}`, g.op('Concat', stacked, { axis: 0 }));
    }
  }
  return new Map([...gradients].map(([name, value]) => [name, unrolling.rows(value)]));
}
