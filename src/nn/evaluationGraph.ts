import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { readGraph } from '../onnx/readGraph.js';
import { LastStep } from '../onnx/recurrence/lastStep.js';
import { stateInput, unrolledStep } from '../onnx/recurrence/unrolledStep.js';
import type { Loss } from './losses/loss.js';
import type { TrainingGraph } from './trainingGraph.js';

export interface EvaluationGraphOptions {
  readonly step: ModelProto;
  readonly steps: number;
  readonly batch: number;
  readonly loss?: Loss;
  readonly lossOn: 'every' | 'last';
}

export type EvaluationGraph = Omit<TrainingGraph, 'slots'>;

/**
 * A step model over `steps` steps, forward only. Inputs as those of `trainingGraph`, target and weight only with a loss. Outputs:
 * y [rows, horizon, levels]; the states after the last step as `state.S_next`; loss when asked for; and whatever else the step
 * gives out, under its name and for all rows.
 */
export function evaluationGraph({ step, steps, batch, loss, lossOn }: EvaluationGraphOptions): EvaluationGraph {
  const g = new GraphBuilder('evaluate');
  const { body, unrolling, outputs } = unrolledStep(g, readGraph(step), { steps, batch, fuse: false });
  const taken = new Set(['y', ...[...body.states, ...body.weights].map(({ name }) => `${name}_next`)]);
  const further = [...outputs].filter(([name]) => !taken.has(name));
  const next = body.states.map(({ name }) => [stateInput(name), outputs.get(`${name}_next`)!] as const);
  const y = outputs.get('y')!;
  unrolling.build([...next, ...further].map(([, value]) => value));
  let answer: string;
  if (lossOn === 'last') {
    const last = new LastStep(body, unrolling, steps, batch);
    const own = last.value(y);
    answer = last.copyInto(g, [own]).get(own)!;
  } else {
    unrolling.build([y]);
    answer = unrolling.rows(y);
  }
  if (loss) {
    const [rows, horizon] = g.shape(answer).map(Number);
    const [target, weight] = ['target', 'weight'].map((name) => g.input(name, [rows, horizon]));
    g.output('loss', loss.build(g, answer, target, weight));
  }
  g.output('y', answer);
  for (const [name, value] of next) g.output(`${name}_next`, unrolling.at(value, steps - 1));
  for (const [name, value] of further) g.output(name, unrolling.rows(value));
  return {
    model: g.model(),
    perStep: body.perStep.map(({ name }) => ({ name, dims: g.shape(name) as number[] })),
    states: body.states.map(({ name }) => ({ name, dims: g.shape(stateInput(name)) as number[] })),
    weights: body.weights.map(({ name, dims, data }) => ({ name, dims, data })),
  };
}
