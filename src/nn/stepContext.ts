import { GraphBuilder } from '../onnx/graphBuilder.js';
import type { Architecture } from './architecture.js';
import { architectureParameters } from './architectureParameters.js';
import { parameterSize, type Values, type Weights } from './parameter.js';

/** A step model under construction, as its parts see it. */
export interface StepContext {
  readonly g: GraphBuilder;
  readonly a: Architecture;
  readonly p: Values;
  readonly x: string; // [batch, inputSize]
  readonly alive: string | undefined; // [batch, 1]
  readonly training: boolean;
  /** The next value of each state. */
  readonly next: Map<string, string>;
  /** What a state becomes: the stepped one, or where the row is padding the one before. */
  keep(stepped: string, before: string): string;
  /** The output of layer `k`, counted from 1, of which training leaves a share out. */
  drop(k: number, value: string): string;
}

export function stepContext(
  a: Architecture,
  weights: Weights,
  { training, masked }: { training: boolean; masked: boolean },
): StepContext {
  const g = new GraphBuilder(`${a.cell}-step`);
  const x = g.input('x', ['batch', a.inputSize]);
  const alive = masked ? g.input('alive', ['batch', 1]) : undefined;
  const masks = Array.from({ length: training && a.dropout > 0 ? a.layers : 0 }, (_, layer) =>
    g.input(`dropout.${layer + 1}`, ['batch', a.hiddenSize]),
  );
  const p = Object.fromEntries(
    architectureParameters(a).map((parameter) => {
      const { name, shape } = parameter;
      const found = weights[name]?.length ?? 0;
      const size = parameterSize(parameter);
      if (found !== size) throw new RangeError(`buildStepModel: ${name} must have ${size} numbers, got ${found}`);
      return [name, g.weight(name, shape, weights[name])];
    }),
  );
  const real = alive && g.op('Greater', [alive, g.scalar(0.5)]);
  return {
    g,
    a,
    p,
    x,
    alive,
    training,
    next: new Map(),
    keep(stepped, before) {
      if (!real) return stepped;
      const flag = g.shape(before).length === 3 ? g.op('Unsqueeze', [real, g.ints([2])]) : real;
      return g.op('Where', [flag, stepped, before]);
    },
    drop: (k, value) => (masks.length > 0 ? g.op('Mul', [value, masks[k - 1]]) : value),
  };
}
