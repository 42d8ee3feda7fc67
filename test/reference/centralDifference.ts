import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import { interpreter } from './interpretGraph.js';

/** dL/d(each element of `name`) by central differences in float64: (L(w + e) − L(w − e)) / 2e. */
export function centralDifference(
  g: GraphBuilder,
  feeds: Readonly<Record<string, readonly number[]>>,
  loss: string,
  name: string,
  e = 1e-5,
): number[] {
  const evaluate = interpreter(g);
  return feeds[name].map((value, i) => {
    const lossAt = (shifted: number): number =>
      evaluate({ ...feeds, [name]: feeds[name].with(i, shifted) }).get(loss)!.data[0];
    return (lossAt(value + e) - lossAt(value - e)) / (2 * e);
  });
}

export const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) throw new RangeError(`maxDifference: ${a.length} numbers against ${b.length}`);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
};
