import type { GraphNode } from './graphNode.js';
import { type Dim, normalAxis, type Shape } from './shape.js';

export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  /** How many are taken: start, start + step, … */
  readonly size: Dim;
}

/** What a Slice takes of each axis it names, with the clamping of NumPy. An axis known by name only can be taken as a whole. */
export function sliceRanges(
  node: GraphNode,
  x: Shape,
  has: (input: number) => boolean,
  ints: (input: number) => readonly number[],
): SliceRange[] {
  const [starts, ends] = [ints(1), ints(2)];
  const axes = has(3) ? ints(3) : starts.map((_, i) => i);
  const steps = has(4) ? ints(4) : starts.map(() => 1);
  return axes.map((raw, i) => {
    const axis = normalAxis(raw, x.length);
    const [size, step] = [x[axis], steps[i]];
    if (typeof size === 'string') {
      if (starts[i] !== 0 || step !== 1 || ends[i] < 2 ** 31 - 1)
        throw new TypeError(`${node.opType}: axis ${size} must have a fixed size to be cut`);
      return { axis, start: 0, step, size };
    }
    const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
    const clamped = (position: number): number =>
      Math.min(Math.max(position < 0 ? position + size : position, lowest), highest);
    const start = clamped(starts[i]);
    return { axis, start, step, size: Math.max(0, Math.ceil((clamped(ends[i]) - start) / step)) };
  });
}
