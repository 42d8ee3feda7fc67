import { encodeModel } from '../../src/onnx/codec.js';
import { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import type { ModelProto } from '../../src/onnx/modelProto.js';
import { Random } from '../../src/series/random.js';

export const stepMetadata = {
  ...{ contract: 1, cell: 'rnn', features: ['value', 'diff'], target: 'change' },
  ...{ horizon: 3, levels: [0.1, 0.5, 0.9] },
};

export interface StepModelParts {
  readonly metadata?: object | string;
  /** Puts something between the state and what is forecast of it: [batch, 4] to [batch, 4]. */
  readonly between?: (g: GraphBuilder, hidden: string, x: string) => string;
  /** The same for the next state. */
  readonly carried?: (g: GraphBuilder, hidden: string, state: string) => string;
}

/** A small sound step model: h' = tanh(x·W + h·R), y = h'·V. */
export function stepModel({ metadata = stepMetadata, between, carried }: StepModelParts = {}): ModelProto {
  const g = new GraphBuilder('step');
  const random = new Random(5);
  const drawn = (count: number): number[] => Array.from({ length: count }, () => random.normal() / 2);
  const [x, h] = [g.input('x', ['batch', 2]), g.input('h', ['batch', 4])];
  const sum = g.op('Add', [
    g.op('MatMul', [x, g.weight('W', [2, 4], drawn(8))]),
    g.op('MatMul', [h, g.weight('R', [4, 4], drawn(16))]),
  ]);
  const hidden = g.op('Tanh', [sum]);
  const seen = between ? between(g, hidden, x) : hidden;
  const flat = g.op('MatMul', [seen, g.weight('V', [4, 9], drawn(36))]);
  g.output('y', g.op('Reshape', [flat, g.ints([0, 3, 3])]));
  g.output('h_next', carried ? carried(g, hidden, h) : hidden);
  return g.model({ stepcast: typeof metadata === 'string' ? metadata : JSON.stringify(metadata) });
}

export const stepModelBytes = (parts?: StepModelParts): Uint8Array => encodeModel(stepModel(parts));
