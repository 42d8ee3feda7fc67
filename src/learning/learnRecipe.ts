/** How a fine-tune goes. Steps are training steps unless they are said to be of a series. */
export interface LearnRecipe {
  readonly firstSteps: number; // of a network that is new to what it is to learn
  readonly steps: number; // of one that is not
  readonly evaluateEvery: number; // after which the weights are judged on what they have not seen
  readonly patience: number; // evaluations without a gain, after which it ends
  readonly firstRate: number; // falling to `rate`
  readonly rate: number;
  readonly batch: number; // windows side by side
  readonly bptt: number; // steps of a series that a gradient flows back
  readonly lookback: number; // steps of a series after which a window begins anew elsewhere
  readonly recency: number; // how much more often the newest are learned from: StreamSource
  readonly warmup: number; // steps of a series that only the experts learn from
  readonly chosenBy: number; // share of the steps by which the best weights are chosen
  readonly judgedBy: number; // share of the steps, the newest, by which the gate judges
  readonly fewestJudged: number; // of those since a drift
  readonly hiddenSize: number; // of a new network
  readonly mostTicks: number; // of a series, the newest
}

/** Measured on real series: docs/learning.md. */
export const learnRecipe: LearnRecipe = {
  firstSteps: 480,
  steps: 80,
  evaluateEvery: 40,
  patience: 4,
  firstRate: 3e-3,
  rate: 1e-3,
  batch: 32,
  bptt: 48,
  lookback: 96,
  recency: 2,
  warmup: 200,
  chosenBy: 0.1,
  judgedBy: 0.1,
  fewestJudged: 48,
  hiddenSize: 32,
  mostTicks: 6000,
};
