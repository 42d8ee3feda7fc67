import type { AccuracyMeans } from './accuracyMeans.js';
import type { FormScores } from './formScores.js';
import type { HorizonScore } from './horizonScore.js';
import { pooledWeights } from './meanWeights.js';

/** Means over all scored targets of all `scores`, at one horizon step or at all; `naiveChange` is what MASE divides by. */
export function pooledAccuracy(scores: readonly FormScores[], naiveChange: number, horizon?: number): AccuracyMeans {
  const sums = { n: 0, mae: 0, pinball: 0, crps: 0, coverage: 0, width: 0 };
  let nominal = 0;
  const naive = { persistence: 0, seasonal: 0, besideSeasonal: 0 };
  for (const { form, median, persistence, seasonal, besideSeasonal } of scores) {
    const last = Math.min(horizon ?? form.horizon, form.horizon);
    for (let h = horizon ?? 1; h <= last; h++) {
      const { n, mae, pinball, crps, coverage, width } = median.at(h);
      if (n === 0) continue;
      sums.n += n;
      sums.mae += n * mae;
      sums.pinball += n * pinball;
      sums.crps += n * crps;
      sums.coverage += n * coverage;
      nominal += (n / sums.n) * (form.levels[form.levels.length - 1] - form.levels[0] - nominal);
      sums.width += n * width;
      naive.persistence += absolute(persistence, h);
      naive.seasonal += absolute(seasonal, h);
      naive.besideSeasonal += absolute(besideSeasonal, h);
    }
  }
  const { n } = sums;
  return {
    n,
    mae: ratio(sums.mae, n),
    mase: ratio(sums.mae / n, naiveChange),
    pinball: ratio(sums.pinball, n),
    crps: ratio(sums.crps, n),
    coverage: ratio(sums.coverage, n),
    nominal: n > 0 ? nominal : null,
    width: ratio(sums.width, n),
    skill_persistence: skill(ratio(sums.mae, naive.persistence)),
    skill_seasonal: skill(ratio(naive.besideSeasonal, naive.seasonal)),
    weights: pooledWeights(
      scores.map(({ weights }) => weights),
      horizon,
    ),
  };
}

const absolute = (score: HorizonScore, h: number): number =>
  score.count[h - 1] ? score.count[h - 1] * score.at(h).mae : 0;
const ratio = (sum: number, by: number): number | null => (by > 0 && sum >= 0 ? sum / by : null);
const skill = (maeRatio: number | null): number | null => (maeRatio === null ? null : 1 - maeRatio);
