import { learningRuntime } from '../../../src/lab/learningRuntime.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { Random } from '../../../src/series/random.js';
import type { Tick } from '../../../src/series/types.js';

export const runtime = learningRuntime(async () => {});

const minuteMs = 60_000;

export const ticksOf = (values: readonly number[]): Tick[] =>
  values.map((y, n) => ({ n, tMs: n * minuteMs, y, stepMs: minuteMs, missing: 0, restart: n === 0 }));

/** A tent map, 0…1: chance to all that is linear, and the simplest of rules to a network. A little noise keeps it from dying out. */
export function tentMap(length: number, seed = 1): number[] {
  const random = new Random(seed);
  let y = 0.3;
  return Array.from({ length }, () => {
    y = Math.min(0.999, Math.max(0.001, 1.9 * Math.min(y, 1 - y) + 0.01 * random.normal()));
    return y;
  });
}

/** Waves of about 16 steps that come and go: y(t) = 1.8·y(t−1) − 0.95·y(t−2) + noise. */
export function swaying(length: number): number[] {
  const random = new Random(3);
  let [y, before] = [0, 0];
  return Array.from({ length }, () => {
    [y, before] = [1.8 * y - 0.95 * before + 0.1 * random.normal(), y];
    return y;
  });
}

/**
 * A linear step model of `value` and `diff`, weights zero, whose answer is spoilt from its `lasts`-th step on: a counter is its state. On
 * windows shorter than that it can be trained to perfection.
 */
export function forgetful(lasts: number, horizon: number): Uint8Array {
  const g = new GraphBuilder('forgetful');
  const x = g.input('x', ['batch', 2]);
  const count = g.input('h', ['batch', 1]);
  const W = g.weight('W', [2, horizon], new Float32Array(2 * horizon));
  const late = g.op('Relu', [g.op('Sub', [count, g.scalar(lasts)])]);
  const y = g.op('Add', [g.op('MatMul', [x, W]), late]);
  g.output('y', g.op('Unsqueeze', [y, g.ints([2])]));
  g.output('h_next', g.op('Add', [count, g.scalar(1)]));
  const metadata = { contract: 1, cell: 'rnn', features: ['value', 'diff'], target: 'change', horizon, levels: [0.5] };
  return encodeModel(g.model({ stepcast: JSON.stringify(metadata) }));
}

/** A step model with an operator through which no gradient flows. */
export function withoutGradient(): Uint8Array {
  const g = new GraphBuilder('floored');
  const x = g.input('x', ['batch', 1]);
  const h = g.input('h', ['batch', 4]);
  const sum = g.op('MatMul', [x, g.weight('W', [1, 4], [1, 1, 1, 1])]);
  const next = g.op('Floor', [g.op('Add', [sum, h])]);
  g.output('y', g.op('Unsqueeze', [next, g.ints([2])]));
  g.output('h_next', next);
  const metadata = { contract: 1, cell: 'rnn', features: ['value'], target: 'change', horizon: 4, levels: [0.5] };
  return encodeModel(g.model({ stepcast: JSON.stringify(metadata) }));
}
