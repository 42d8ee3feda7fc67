import type { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ModelProto } from '../onnx/modelProto.js';
import type { Architecture } from './architecture.js';
import { lookBack } from './attention/lookBack.js';
import { decoderHead, type Teaching } from './heads/decoderHead.js';
import { linearHead } from './heads/linearHead.js';
import { stackLayers } from './layers.js';
import { normalisedInput } from './norms/normalisedInput.js';
import { valuesOf, type Weights } from './parameter.js';
import { stepContext } from './stepContext.js';

export interface StepModelOptions {
  readonly metadata?: object; // the `stepcast` entry of the file
  /** For training: inputs `dropout.K` [batch, H], statistics of the batch, running ones as outputs `norm.mean_next`, `norm.variance_next`. */
  readonly training?: boolean;
  /** A further input `alive` [batch, 1]: 1, or 0 for padding, which changes no state and no statistic. */
  readonly masked?: boolean;
  /** Of a decoder: further inputs `teacher` and `coin`, [batch, horizon] each. */
  readonly taught?: boolean;
}

/** The metadata key under which a file says what it was built from. */
export const architectureKey = 'stepcast.architecture';

/**
 * A network as a step model of the contract: x [batch, inputSize] and states in, y [batch, horizon, levels] and the next states
 * out. A layer's state is [batch, H]; attention carries `memory` [batch, M, H] and `filled` [batch, M], and gives its weights by
 * lag out as `attention` [batch, M], for a decoder those of its first step.
 *
 * @throws {RangeError} when something is to be taught that has no decoder, or when the weights are another architecture's.
 */
export function buildStepModel(a: Architecture, weights: Weights, options: StepModelOptions = {}): ModelProto {
  const { metadata = {}, training = false, masked = false, taught = false } = options;
  if (taught && a.head !== 'decoder') throw new RangeError('buildStepModel: only a decoder can be taught');
  const context = stepContext(a, weights, { training, masked });
  const { g, p, x, next, drop } = context;
  const { value, states } = stackLayers(context, normalisedInput(context));
  const look = a.attention === 'none' ? undefined : lookBack(context, a.attention, value);
  const byLag: string[] = [];
  const seen = (hidden: string): string => {
    const attended = look?.(hidden);
    if (attended) byLag.push(attended.weights);
    return drop(a.layers, attended?.value ?? hidden);
  };
  const head = valuesOf('head', p);
  const y =
    a.head === 'linear'
      ? linearHead(g, a, x, seen(value), head)
      : decoderHead(g, a, x, states, head, seen, taught ? teaching(g, a.horizon) : undefined);
  g.output('y', y);
  for (const [name, state] of next) g.output(`${name}_next`, state);
  if (byLag.length > 0) g.output('attention', byLag[0]);
  return g.model({ stepcast: JSON.stringify(metadata), [architectureKey]: JSON.stringify(a) });
}

const teaching = (g: GraphBuilder, horizon: number): Teaching => ({
  teacher: g.input('teacher', ['batch', horizon]),
  coin: g.input('coin', ['batch', horizon]),
});
