import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import { batchAxis } from './batchAxis.js';

/** leftᵀ·right, both with the batch as rows; without a left factor each column of `right` is summed to a row. */
export interface SummedRows {
  readonly left?: string;
  readonly right: string;
}

/** What a node of a recipe sums over the rows of the batch, undefined when it does anything else. */
export function summedRows({ opType, inputs, attributes }: GraphNode, g: GraphBuilder): SummedRows | undefined {
  const areRows = (...values: string[]): boolean =>
    values.every((value) => g.shape(value).length === 2 && batchAxis(g.shape(value)) === 0);
  if (opType === 'Gemm') {
    const isPlain = inputs.length === 2 && Object.keys(attributes).join() === 'transA' && attributes.transA === 1;
    return isPlain && areRows(...inputs) ? { left: inputs[0], right: inputs[1] } : undefined;
  }
  if (opType !== 'ReduceSum' || inputs.length !== 2 || attributes.keepdims === 0) return undefined;
  return areRows(inputs[0]) && `${g.intsOf(inputs[1])}` === '0' ? { right: inputs[0] } : undefined;
}
