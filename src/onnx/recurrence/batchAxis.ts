import type { Shape } from '../shape.js';

/**
 * The size of the batch while a step is only a recipe. It is prime and larger than any other size, so that an axis of which it is a
 * factor, or a number in a target shape, is known to be made of the batch.
 */
export const batchMark = 1_000_003;

const isMarked = (size: number): boolean => size > 0 && size <= Number.MAX_SAFE_INTEGER && size % batchMark === 0;

/** The axis that the batch lies on, undefined when there is none. @throws {RangeError} when there are two. */
export function batchAxis(shape: Shape): number | undefined {
  const axes = shape.flatMap((dim, axis) => (isMarked(Number(dim)) ? [axis] : []));
  if (axes.length > 1) throw new RangeError(`the batch lies on two axes of [${named(shape)}]`);
  return axes[0];
}

/** Sizes with `rows` in place of the batch. */
export const withRows = (sizes: readonly number[], rows: number): number[] =>
  sizes.map((size) => (isMarked(size) ? (size / batchMark) * rows : size));

/** A shape for messages. */
export const named = (shape: Shape): string =>
  shape
    .map((dim) => (isMarked(Number(dim)) ? (dim === batchMark ? 'batch' : `${Number(dim) / batchMark}·batch`) : dim))
    .join(', ');
