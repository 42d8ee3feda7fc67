/** What a network hears of one series, or of one window of it, and what it is to answer. Row-major. */
export interface Sequence {
  readonly length: number; // steps
  readonly x: Float32Array; // [length, width]
  readonly target: Float32Array; // [length, horizon], NaN where it is not known or not to be learned
}

/** Steps `from` to `to` of a sequence, sharing its memory. */
export function sliceSequence({ length, x, target }: Sequence, from: number, to: number): Sequence {
  const [width, horizon] = [x.length / length, target.length / length];
  return {
    length: to - from,
    x: x.subarray(from * width, to * width),
    target: target.subarray(from * horizon, to * horizon),
  };
}
