/** A value of the interpreter: float64, row-major. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

export const size = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** Every position of `dims`, in row-major order. */
export function positions(dims: readonly number[]): number[][] {
  return Array.from({ length: size(dims) }, (_, flat) => {
    const at = new Array<number>(dims.length);
    for (let axis = dims.length - 1, rest = flat; axis >= 0; axis--) {
      at[axis] = rest % dims[axis];
      rest = Math.floor(rest / dims[axis]);
    }
    return at;
  });
}

/** The element of `t` at a position of a shape it is broadcast to. */
export function at({ dims, data }: Tensor, position: readonly number[]): number {
  const lead = position.length - dims.length;
  let flat = 0;
  for (const [axis, dim] of dims.entries()) flat = flat * dim + (dim === 1 ? 0 : position[axis + lead]);
  return data[flat];
}

export const fill = (dims: readonly number[], value: (position: number[]) => number): Tensor => ({
  dims,
  data: positions(dims).map(value),
});

export const axisOf = (axis: number, rank: number): number => (axis + rank) % rank;
