import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import type { ParameterShape, Values } from '../parameter.js';

export type AttentionKind = 'dot' | 'additive';

/** Past hidden states, the newest first: slot k holds that of k steps ago. */
export interface Memory {
  readonly slots: string; // [batch, M, H]
  readonly filled: string; // [batch, M]: 1, or 0 while nothing was written there
}

export interface Attended {
  readonly value: string; // [batch, H]
  readonly weights: string; // [batch, M], by lag, of sum 1
}

export function attentionParameters(kind: AttentionKind, hiddenSize: number): readonly ParameterShape[] {
  const square = (name: string): ParameterShape => ({ name, shape: [hiddenSize, hiddenSize], scale: 1 });
  return [
    square('Q'),
    ...(kind === 'additive' ? [square('K'), { name: 'u', shape: [hiddenSize, 1], scale: 1 }] : []),
    { name: 'C', shape: [2 * hiddenSize, hiddenSize], scale: 1 },
    { name: 'c', shape: [hiddenSize], scale: 1 },
  ];
}

/** The memory with one more hidden state, whose slot pushes out the oldest. */
export function remember(g: GraphBuilder, h: string, { slots, filled }: Memory): Memory {
  const size = Number(g.shape(slots)[1]);
  const first = (value: string, count: number): string =>
    g.op('Slice', [value, g.ints([0]), g.ints([count]), g.ints([1])]);
  const newest = g.op('Unsqueeze', [h, g.ints([1])]);
  return {
    slots: size === 1 ? newest : g.op('Concat', [newest, first(slots, size - 1)], { axis: 1 }),
    filled: first(g.op('Pad', [filled, g.ints([0, 1, 0, 0]), g.scalar(1)]), size),
  };
}

/**
 * What a hidden state h looks back on. Scores of slot m_k:
 *
 *     dot (Luong et al. 2015)            e_k = (Q·h) · m_k / √H
 *     additive (Bahdanau et al. 2015)    e_k = u · tanh(K·m_k + Q·h)
 *
 * then α = softmax(e) over the filled slots, context = Σ α_k·m_k, and the answer is tanh(C·[context, h] + c).
 */
export function attend(g: GraphBuilder, kind: AttentionKind, h: string, memory: Memory, p: Values): Attended {
  const hiddenSize = Number(g.shape(h)[1]);
  const [middle, last] = [g.ints([1]), g.ints([2])];
  const query = g.op('MatMul', [h, p.Q]);
  let scores: string;
  if (kind === 'dot') {
    const products = g.op('MatMul', [memory.slots, g.op('Unsqueeze', [query, last])]);
    scores = g.op('Mul', [g.op('Squeeze', [products, last]), g.scalar(1 / Math.sqrt(hiddenSize))]);
  } else {
    const sums = g.op('Add', [g.op('MatMul', [memory.slots, p.K]), g.op('Unsqueeze', [query, middle])]);
    scores = g.op('Squeeze', [g.op('MatMul', [g.op('Tanh', [sums]), p.u]), last]);
  }
  const absent = g.op('Mul', [g.op('Sub', [memory.filled, g.scalar(1)]), g.scalar(1e9)]);
  const weights = g.op('Softmax', [g.op('Add', [scores, absent])], { axis: -1 });
  const context = g.op('Squeeze', [g.op('MatMul', [g.op('Unsqueeze', [weights, middle]), memory.slots]), middle]);
  const both = g.op('Concat', [context, h], { axis: 1 });
  return { value: g.op('Tanh', [g.op('Gemm', [both, p.C, p.c])]), weights };
}
