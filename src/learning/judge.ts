import type { RollOut } from './rollOut.js';

/** Mean ratios of losses over horizon steps: of what is published with the candidate to what is with the incumbent, and so on. */
export interface Figures {
  readonly values: number; // that came true, one step ahead
  readonly near: number; // published pinball loss, the first eighth of the horizon: after over before
  readonly far: number; // the rest of it; that of `near` where there is none
  readonly sureness: number; // mean gain one step ahead over its standard error, in blocks of a horizon
  readonly network: number; // absolute error of the network alone: candidate over incumbent
  readonly seasonal: number; // of the candidate alone over seasonal naive, near steps
  readonly worst?: number; // of several series, `near` of the one that gains least
}

export interface Verdict {
  readonly promoted: boolean;
  readonly reason: string; // for a person
  readonly figures: Figures;
}

export const gate = {
  margin: 0.002, // that near steps must gain
  farLoss: 0.002, // that far steps may lose
  sureness: 1,
  fewestValues: 40,
  worstLoss: 0.05, // that near steps of one among several series may lose
} as const;

/**
 * Whether a candidate may take over, by what would have come of it. Of several series the geometric mean counts, and none may be much worse
 * off. @param names of the series.
 */
export function judge(rollOuts: readonly RollOut[], names: readonly string[] = []): Verdict {
  const figures = figuresOf(rollOuts);
  const { values, near, far, sureness, seasonal, worst = near } = figures;
  const refused = (reason: string): Verdict => ({ promoted: false, reason, figures });
  const percent = (ratio: number): string => `${(100 * Math.abs(1 - ratio)).toFixed(1)} %`;
  if (values < gate.fewestValues) return refused(`only ${values} held-out values, ${gate.fewestValues} are needed`);
  if (![near, far, seasonal].every(Number.isFinite)) return refused('its forecasts are no numbers');
  if (seasonal >= 1) return refused(`alone and rolled out it is ${percent(seasonal)} worse than seasonal naive`);
  if (near > 1 - gate.margin) {
    const how = near <= 1 ? 'better only by' : 'worse by';
    return refused(`near steps are ${how} ${percent(near)}, ${percent(1 - gate.margin)} is asked for`);
  }
  if (far > 1 + gate.farLoss) return refused(`far steps are worse by ${percent(far)}`);
  if (worst > 1 + gate.worstLoss) {
    const name = names[rollOuts.findIndex((each) => nearOf(each) === worst)] ?? 'one series';
    return refused(`near steps of ${name} are worse by ${percent(worst)}`);
  }
  if (sureness < gate.sureness) return refused(`the gain of ${percent(near)} may be chance`);
  return { promoted: true, reason: `near steps are better by ${percent(near)}`, figures };
}

function figuresOf(rollOuts: readonly RollOut[]): Figures {
  const over = (of: (each: RollOut) => number): number => geometricMean(rollOuts.map(of));
  return {
    values: rollOuts.reduce((sum, { count }) => sum + count[0], 0),
    near: over(nearOf),
    far: over((each) =>
      nearest(each) < each.count.length ? ratio(each, 'after', 'before', nearest(each)) : nearOf(each),
    ),
    sureness: surenessOf(rollOuts),
    network: over((each) => ratio(each, 'candidate', 'incumbent', 0)),
    seasonal: over((each) => ratio(each, 'candidate', 'seasonal', 0, nearest(each))),
    ...(rollOuts.length > 1 && { worst: Math.max(...rollOuts.map(nearOf)) }),
  };
}

type Losses = 'before' | 'after' | 'incumbent' | 'candidate' | 'seasonal';

const nearest = ({ count }: RollOut): number => Math.ceil(count.length / 8);
const nearOf = (each: RollOut): number => ratio(each, 'after', 'before', 0, nearest(each));

/** Mean over horizon steps of one loss over another. */
const ratio = (each: RollOut, over: Losses, under: Losses, from: number, to = each.count.length): number =>
  mean(Array.from({ length: to - from }, (_, i) => quotient(each[over][from + i], each[under][from + i])));

const leastRatio = 0.1; // of one among several: a series that has become easy is not to outweigh all others

const geometricMean = (ratios: readonly number[]): number =>
  ratios.length === 1
    ? ratios[0]
    : Math.exp(mean(ratios.map((each) => Math.log(Number.isNaN(each) ? each : Math.max(leastRatio, each)))));

/** Of losses; 1 where both are 0: neither is better on a series that stands still. */
const quotient = (over: number, under: number): number => (over === under ? 1 : over / under);

/** Mean over standard error of the gains, summed over blocks, since neighbours are alike; each series in units of its own loss. */
function surenessOf(rollOuts: readonly RollOut[]): number {
  const blocks = rollOuts.flatMap(({ gains, before }) => {
    const count = Math.max(2, Math.floor(gains.length / Math.max(4, before.length)));
    const sums = new Array<number>(count).fill(0);
    for (const [i, gain] of gains.entries()) sums[Math.floor((i * count) / gains.length)] += gain / (before[0] || 1);
    return sums;
  });
  const middle = mean(blocks);
  const variance = blocks.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (blocks.length - 1);
  return variance > 0 ? middle / Math.sqrt(variance / blocks.length) : 0;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
