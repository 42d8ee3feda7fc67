import { medianIndex } from '../src/forecast/forecastWriter.js';
import type { HeldOut } from '../src/training/heldOut.js';
import type { WeightData } from '../src/training/trainingRun.js';

/** Mean absolute error of the median, over that of an answer of 0: of the experts' blend, where a model says what it leaves over. */
export async function medianLoss(heldOut: HeldOut, weights: WeightData, levels: readonly number[]): Promise<number> {
  const middle = medianIndex(levels);
  let [own, zero] = [0, 0];
  await heldOut.loss(weights, ({ data }, target, weight) => {
    for (let i = 0; i < target.length; i++) {
      own += weight[i] * Math.abs(data[i * levels.length + middle] - target[i]);
      zero += weight[i] * Math.abs(target[i]);
    }
  });
  return own / zero;
}
