import type { GraphBuilder } from '../graphBuilder.js';
import { nodeTitle } from '../graphNode.js';
import { normalAxis, type Shape } from '../shape.js';
import { batchAxis, named } from './batchAxis.js';

/** Operators that mix what lies along the axis of their attribute. */
const alongAxis = new Set(['Concat', 'CumSum', 'Gather', 'LogSoftmax', 'Softmax', 'Split']);

/**
 * Sees to it that every row of the batch stays a row of its own on its way through a step, so that the rows of all steps may be
 * put below one another.
 *
 * @throws {TypeError} naming the node that breaks this.
 */
export function checkRows(g: GraphBuilder): void {
  for (const node of g.nodes) {
    const refuse = (why: string): never => {
      throw new TypeError(`${nodeTitle(node)}: ${why}`);
    };
    const shapes = node.inputs.map((input): Shape => (input === '' ? [] : g.shape(input)));
    const axis = shapes[0] && batchAxis(shapes[0]);
    for (const output of node.outputs) {
      try {
        batchAxis(g.shape(output));
      } catch (error) {
        refuse((error as Error).message);
      }
    }
    if (shapes.every((shape) => batchAxis(shape) === undefined)) continue;
    if (axis !== undefined && alongAxis.has(node.opType)) {
      const fallback = node.opType.endsWith('oftmax') ? -1 : 0;
      if (normalAxis(Number(node.attributes.axis ?? fallback), shapes[0].length) === axis)
        refuse('it mixes the rows of the batch');
    }
    if (axis !== undefined && ['Slice', 'Pad'].includes(node.opType)) {
      if (g.shape(node.outputs[0])[axis] !== shapes[0][axis]) refuse('it takes rows of the batch away or adds some');
    }
    if (node.opType === 'ReduceMean' && axis !== undefined && batchAxis(g.shape(node.outputs[0])) === undefined) {
      refuse('a mean over the batch is not known: divide a sum by a sum');
    }
    if (['Reshape', 'Flatten'].includes(node.opType) && axis !== undefined) {
      const to = g.shape(node.outputs[0]);
      const toAxis = batchAxis(to);
      if (toAxis === undefined || outer(shapes[0], axis) !== outer(to, toAxis))
        refuse(`the batch cannot be followed from [${named(shapes[0])}] to [${named(to)}]`);
    }
  }
}

const outer = (shape: Shape, axis: number): number =>
  shape.slice(0, axis).reduce<number>((product, dim) => product * Number(dim), 1);
