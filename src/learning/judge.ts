import type { RollOut } from './rollOut.js';

/** Mean ratios of losses over horizon steps: of what is published with the candidate to what is with the incumbent, and so on. */
export interface Figures {
  readonly values: number; // that came true, one step ahead
  readonly near: number; // published pinball loss, the first eighth of the horizon: after over before
  readonly far: number; // the rest of it; that of `near` where there is none
  readonly sureness: number; // mean gain one step ahead over its standard error, in blocks of a horizon
  readonly network: number; // absolute error of the network alone: candidate over incumbent
  readonly seasonal: number; // of the candidate alone over seasonal naive, near steps
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
} as const;

/** Whether a candidate may take over, by what would have come of it. Several series count alike. */
export function judge(rollOuts: readonly RollOut[]): Verdict {
  const figures = figuresOf(rollOuts);
  const { values, near, far, sureness, seasonal } = figures;
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
  if (sureness < gate.sureness) return refused(`the gain of ${percent(near)} may be chance`);
  return { promoted: true, reason: `near steps are better by ${percent(near)}`, figures };
}

function figuresOf(rollOuts: readonly RollOut[]): Figures {
  const horizon = rollOuts[0].count.length;
  const nearest = Math.ceil(horizon / 8);
  const ratio = (over: keyof Losses, under: keyof Losses, from: number, to: number): number =>
    mean(
      rollOuts.flatMap((each) =>
        Array.from({ length: to - from }, (_, i) => quotient(each[over][from + i], each[under][from + i])),
      ),
    );
  const near = ratio('after', 'before', 0, nearest);
  return {
    values: rollOuts.reduce((sum, { count }) => sum + count[0], 0),
    near,
    far: nearest < horizon ? ratio('after', 'before', nearest, horizon) : near,
    sureness: surenessOf(rollOuts, horizon),
    network: ratio('candidate', 'incumbent', 0, horizon),
    seasonal: ratio('candidate', 'seasonal', 0, nearest),
  };
}

type Losses = Pick<RollOut, 'before' | 'after' | 'incumbent' | 'candidate' | 'seasonal'>;

/** Of losses; 1 where both are 0: neither is better on a series that stands still. */
const quotient = (over: number, under: number): number => (over === under ? 1 : over / under);

/** Mean over standard error of the gains, summed over blocks, since neighbours are alike; each series in units of its own loss. */
function surenessOf(rollOuts: readonly RollOut[], horizon: number): number {
  const blocks = rollOuts.flatMap(({ gains, before }) => {
    const count = Math.max(2, Math.floor(gains.length / Math.max(4, horizon)));
    const sums = new Array<number>(count).fill(0);
    for (const [i, gain] of gains.entries()) sums[Math.floor((i * count) / gains.length)] += gain / (before[0] || 1);
    return sums;
  });
  const middle = mean(blocks);
  const variance = blocks.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (blocks.length - 1);
  return variance > 0 ? middle / Math.sqrt(variance / blocks.length) : 0;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
