import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ModelProto } from '../onnx/modelProto.js';
import type { Architecture } from './architecture.js';
import { architectureParameters, layerShapes, layerState } from './architectureParameters.js';
import { attend, type Memory, remember } from './attention/attention.js';
import { cells } from './cells/cells.js';
import { decoderHead } from './heads/decoderHead.js';
import { linearHead } from './heads/linearHead.js';
import { batchNorm, frozenBatchNorm } from './norms/batchNorm.js';
import { type Values, valuesOf, type Weights } from './parameter.js';

export interface StepModelOptions {
  readonly metadata?: object; // the `stepcast` entry of the file
  /** The training variant: inputs `dropout.K` [batch, H], batch statistics, and the running ones as outputs `norm.mean_next`, `norm.variance_next`. */
  readonly training?: boolean;
  /** A further input `alive` [batch, 1]: 1, or 0 for padding, which changes no state and no statistic. */
  readonly masked?: boolean;
  /** Of a decoder: further inputs `teacher` and `coin`, [batch, horizon] each. */
  readonly taught?: boolean;
  /** A further output `attention` [batch, M]: the weights by lag. */
  readonly weightsByLag?: boolean;
}

/** The metadata key under which a file says what it was built from. */
export const architectureKey = 'stepcast.architecture';

/**
 * A network as a step model of the contract: x [batch, inputSize] and states in, y [batch, horizon, levels] and the next
 * states out. A layer's state is [batch, H]; attention carries `memory` [batch, M, H] and `filled` [batch, M].
 */
export function buildStepModel(a: Architecture, weights: Weights, options: StepModelOptions = {}): ModelProto {
  const { training = false, masked = false, taught = false, weightsByLag = false } = options;
  const g = new GraphBuilder(`${a.cell}-step`);
  const given = g.input('x', ['batch', a.inputSize]);
  const alive = masked ? g.input('alive', ['batch', 1]) : undefined;
  const p: Values = Object.fromEntries(
    architectureParameters(a).map(({ name, shape }) => [name, g.weight(name, shape, weights[name])]),
  );
  const keep = padding(g, alive);
  const next = new Map<string, string>();
  const drop = (k: number, value: string): string =>
    training && a.dropout > 0 ? g.op('Mul', [value, g.input(`dropout.${k}`, ['batch', a.hiddenSize])]) : value;

  let value = given;
  if (a.inputNorm === 'batch') value = normalise(g, given, valuesOf('norm', p), training, alive);
  let top: readonly string[] = [];
  for (const [i, shape] of layerShapes(a).entries()) {
    const states = cells[a.cell].states.map((name) => g.input(layerState(name, i), ['batch', a.hiddenSize]));
    const stepped = cells[a.cell].step(g, value, states, valuesOf(`layer${i + 1}`, p), shape);
    top = stepped.map((state, s) => keep(state, states[s]));
    for (const [s, name] of cells[a.cell].states.entries()) next.set(layerState(name, i), top[s]);
    value = a.residual && i > 0 ? g.op('Add', [top[0], value]) : top[0];
    if (i < a.layers - 1) value = drop(i + 1, value);
  }

  let lagWeights: string | undefined;
  let look = (hidden: string): string => hidden;
  if (a.attention !== 'none') {
    const kind = a.attention;
    const memory: Memory = {
      slots: g.input('memory', ['batch', a.memory, a.hiddenSize]),
      filled: g.input('filled', ['batch', a.memory]),
    };
    const fresh = remember(g, value, memory);
    const kept = { slots: keep(fresh.slots, memory.slots), filled: keep(fresh.filled, memory.filled) };
    next.set('memory', kept.slots).set('filled', kept.filled);
    look = (hidden) => {
      const attended = attend(g, kind, hidden, kept, valuesOf('attention', p));
      lagWeights ??= attended.weights;
      return attended.value;
    };
  }
  const headMask = training && a.dropout > 0 ? g.input(`dropout.${a.layers}`, ['batch', a.hiddenSize]) : undefined;
  const seen = (hidden: string): string => (headMask ? g.op('Mul', [look(hidden), headMask]) : look(hidden));
  const head = valuesOf('head', p);
  const teaching = taught
    ? { teacher: g.input('teacher', ['batch', a.horizon]), coin: g.input('coin', ['batch', a.horizon]) }
    : undefined;
  const y =
    a.head === 'linear'
      ? linearHead(g, a, given, seen(value), head)
      : decoderHead(g, a, given, top, head, seen, teaching);
  g.output('y', y);
  for (const [name, state] of next) g.output(`${name}_next`, state);
  if (weightsByLag && lagWeights) g.output('attention', lagWeights);
  return g.model({
    stepcast: JSON.stringify(options.metadata ?? {}),
    [architectureKey]: JSON.stringify(a),
  });
}

/** Batch normalisation of the columns of x, which in training says what its running statistics become. */
function normalise(g: GraphBuilder, x: string, p: Values, training: boolean, alive: string | undefined): string {
  if (!training) return frozenBatchNorm(g, x, p);
  const { value, mean, variance } = batchNorm(g, x, p, alive);
  g.output('norm.mean_next', mean);
  g.output('norm.variance_next', variance);
  return value;
}

/** What a state becomes: the stepped one, or where the row is padding the one before. */
function padding(g: GraphBuilder, alive: string | undefined): (stepped: string, before: string) => string {
  if (alive === undefined) return (stepped) => stepped;
  const real = g.op('Greater', [alive, g.scalar(0.5)]);
  return (stepped, before) => {
    const flag = g.shape(before).length === 3 ? g.op('Unsqueeze', [real, g.ints([2])]) : real;
    return g.op('Where', [flag, stepped, before]);
  };
}
