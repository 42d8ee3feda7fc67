/**
 * Rows, one a series, into the order of a tensor [outer, batch, inner] whose batch axis is not the first.
 * `rows` is [batch, size], size = outer · inner. Allocates nothing.
 */
export function gatherRows(rows: Float32Array, tensor: Float32Array, batch: number, outer: number, size: number): void {
  const inner = size / outer;
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outer; o++) {
      const from = b * size + o * inner;
      const to = (o * batch + b) * inner;
      for (let i = 0; i < inner; i++) tensor[to + i] = rows[from + i];
    }
  }
}

/** The way back: a tensor [outer, batch, inner] into rows [batch, size]. */
export function scatterRows(
  tensor: Float32Array,
  rows: Float32Array,
  batch: number,
  outer: number,
  size: number,
): void {
  const inner = size / outer;
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outer; o++) {
      const from = (o * batch + b) * inner;
      const to = b * size + o * inner;
      for (let i = 0; i < inner; i++) rows[to + i] = tensor[from + i];
    }
  }
}
