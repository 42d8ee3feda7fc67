import { differentiate } from '../onnx/differentiate.js';
import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { type StepFeeds, stepGraphOf } from '../onnx/recurrence/stepGraphOf.js';
import { clipByGlobalNorm } from './clipByGlobalNorm.js';
import type { Loss } from './losses/loss.js';
import type { Optimiser } from './optimisers/optimiser.js';

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
 * the clip. Carrying the states on is truncated back-propagation: nothing flows back into them.
 */
export function trainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { steps, batch, lossOn } = options;
  const step = stepGraphOf(options.step);
  const g = new GraphBuilder('train');
  const rows = (lossOn === 'every' ? steps : 1) * batch;
  const perStep = step.perStep.map(({ name, dims }) => ({ name, dims: [steps * batch, ...dims.slice(1).map(Number)] }));
  for (const { name, dims } of perStep) g.input(name, dims);
  const states = step.states.map(({ name, dims }) => ({ name, dims: dims.map((dim) => Number(dim) || batch) }));
  const target = g.input('target', [rows, step.horizon]);
  const weight = g.input('weight', [rows, step.horizon]);
  const rate = g.input('rate', []);
  const t = g.input('t', []);
  const values = new Map(step.weights.map(({ name, dims }) => [name, g.input(name, dims)]));

  let carried = new Map(states.map(({ name, dims }) => [name, g.input(stateInput(name), dims)]));
  const sizes = g.ints(new Array<number>(steps).fill(batch));
  const parts = new Map(
    perStep.map(({ name }) => [name, steps === 1 ? [name] : g.ops(steps, 'Split', [name, sizes], { axis: 0 })]),
  );
  const answers: string[] = [];
  for (let i = 0; i < steps; i++) {
    const feeds: StepFeeds = new Map([
      ...values,
      ...carried,
      ...[...parts].map(([name, all]) => [name, all[i]] as const),
    ]);
    const outputs = step.inline(g, feeds);
    answers.push(outputs.get('y')!);
    carried = new Map(states.map(({ name }) => [name, outputs.get(`${name}_next`)!]));
  }
  const y = lossOn === 'last' || steps === 1 ? answers.at(-1)! : g.op('Concat', answers, { axis: 0 });
  const loss = options.loss.build(g, y, target, weight);
  const slopes = differentiate(g, loss, [...values.values()]);
  const raw = step.weights.map(({ name }) => slopes.get(name)!);
  const { gradients, norm } = clipByGlobalNorm(g, raw, options.clipNorm ?? Number.MAX_VALUE);

  g.output('loss', loss);
  g.output('norm', norm);
  for (const [name, value] of carried) g.output(`${stateInput(name)}_next`, value);
  const shared = options.optimiser.prepare(g, rate, t);
  const slots: FedValue[] = [];
  for (const [i, { name, dims }] of step.weights.entries()) {
    const own = options.optimiser.slots.map((slot) => {
      slots.push({ name: `${slot}.${name}`, dims });
      return [slot, g.input(`${slot}.${name}`, dims)];
    });
    const parameter = { name, value: name, slots: Object.fromEntries(own), gradient: gradients[i] };
    const next = options.optimiser.update(g, parameter, shared);
    g.output(`${name}_next`, next.value);
    for (const slot of options.optimiser.slots) g.output(`${slot}.${name}_next`, next.slots[slot]);
    if (options.gradients) g.output(`d.${name}`, raw[i]);
  }
  return { model: g.model(), perStep, states, weights: step.weights, slots };
}

/** States have names that no weight has: c is a state of the LSTM and a bias of the GRU. */
export const stateInput = (name: string): string => `state.${name}`;
