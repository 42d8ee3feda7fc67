import { differentiate } from '../onnx/differentiate.js';
import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { adam, adamStep } from './adam.js';
import { clipByGlobalNorm } from './clipByGlobalNorm.js';
import { type Network, networkParameters } from './network.js';
import { pinballLoss } from './pinballLoss.js';
import { quantileHead } from './quantileHead.js';
import { unroll } from './unroll.js';

export interface TrainingOptions {
  steps: number; // of back-propagation through time
  batch: number; // series side by side
  clipNorm: number;
  gradients?: boolean; // also give dL/dw, before the clip, as outputs `d.NAME`
}

/**
 * One training step as one graph: forward over `steps` steps, pinball loss, back-propagation through time, clip, Adam.
 *
 * In: x [steps·batch, inputSize], target and weight [steps·batch, horizon] (all step-major), states [batch, H], rate and t
 * (single numbers, t = 1 at the first step), and for each weight NAME its value `NAME` and moments `m.NAME` and `s.NAME`.
 * Out: loss, norm, the states after the last step as `S_next`, and each weight and moment as `NAME_next`. Carrying the states
 * on is truncated back-propagation: nothing flows back into them.
 */
export function trainingGraph(
  network: Network,
  { steps, batch, clipNorm, gradients = false }: TrainingOptions,
): ModelProto {
  const { cell, inputSize, hiddenSize, horizon, levels } = network;
  const g = new GraphBuilder(`${cell.kind}-train`);
  const x = g.input('x', [steps * batch, inputSize]);
  const target = g.input('target', [steps * batch, horizon]);
  const weight = g.input('weight', [steps * batch, horizon]);
  const states = cell.states.map((name) => g.input(stateInput(name), [batch, hiddenSize]));
  const rate = g.input('rate', []);
  const t = g.input('t', []);
  const parameters = networkParameters(network);
  const p = Object.fromEntries(parameters.map(({ name, shape }) => [name, g.input(name, shape)]));

  const { hidden, last } = unroll(g, network, x, states, p, steps);
  const loss = pinballLoss(g, quantileHead(g, network, x, hidden, p), target, weight, levels);
  const slopes = differentiate(g, loss, Object.values(p));
  const raw = parameters.map(({ name }) => slopes.get(name)!);
  const { gradients: clipped, norm } = clipByGlobalNorm(g, raw, clipNorm);

  g.output('loss', loss);
  g.output('norm', norm);
  for (const [i, name] of cell.states.entries()) g.output(`${stateInput(name)}_next`, last[i]);
  const step = adamStep(g, rate, t);
  for (const [i, { name, shape }] of parameters.entries()) {
    const moments = { mean: g.input(`m.${name}`, shape), square: g.input(`s.${name}`, shape) };
    const next = adam(g, { value: p[name], ...moments }, clipped[i], step);
    g.output(`${name}_next`, next.value);
    g.output(`m.${name}_next`, next.mean);
    g.output(`s.${name}_next`, next.square);
    if (gradients) g.output(`d.${name}`, raw[i]);
  }
  return g.model();
}

/** States have names that no weight has: c is a state of the LSTM and a bias of the GRU. */
export const stateInput = (name: string): string => `state.${name}`;
