/** Axes of a value, outermost first. A string is a size known only when the graph runs: `batch`. */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** Number of elements. @throws {TypeError} when an axis is not fixed. */
export function sizeOf(shape: Shape): number {
  return shape.reduce<number>((product, dim) => {
    if (typeof dim === 'string') throw new TypeError(`sizeOf: axis ${dim} of [${shape}] has no fixed size`);
    return product * dim;
  }, 1);
}

/** The shape two values have together under NumPy's rule. @throws {RangeError} when they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new RangeError(`shapes [${a}] and [${b}] do not broadcast`);
  });
}

/** `axis` counted from the front. @throws {RangeError} outside the rank. */
export function normalAxis(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!(from >= 0 && from < rank)) throw new RangeError(`axis ${axis} is outside rank ${rank}`);
  return from;
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** @throws {TypeError} for an axis that is known by name only. */
export function fixed(dim: Dim): number {
  if (typeof dim === 'string') throw new TypeError(`axis ${dim} must have a fixed size here`);
  return dim;
}
