import { singleSeries } from './accuracy/sets.js';
import { coverage, intervals, methods } from './calibration/coverage.js';
import type { Bench, Outcome } from './support/bench.js';

const steps = [1, 24];
const targets = { coverage: 0.005, local: 0.012, crps: 1 }; // at every interval

export const bench: Bench = {
  summary:
    'coverage, local coverage error and CRPS of the intervals on real series, beside three other methods (--data DIR)',

  trials: () => steps.flatMap((step) => singleSeries.map(({ name }) => ({ kind: `step ${step}`, series: name, step }))),

  run: async (trial) => coverage(trial),

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const outcomes = (figures as Pick<Outcome, 'trial' | 'result'>[]).filter(({ result }) => !result.missing);
    const heads = intervals.map((percent) => `${percent} %: coverage − nominal, local`);
    return [
      `| step | intervals | ${heads.join(' | ')} | CRPS over rolling, mean (worst) | met: coverage, local, CRPS |`,
      `| --- | --- |${heads.map(() => ' --- |').join('')} --- | --- |`,
      ...steps.flatMap((step) =>
        methods.map((name) =>
          row(
            step,
            name,
            outcomes.filter(({ trial }) => trial.step === step),
          ),
        ),
      ),
    ].join('\n');
  },
};

/** Means over the series of absolute errors; the CRPS as geometric mean of the ratio to rolling quantiles. */
function row(step: number, name: string, outcomes: readonly Pick<Outcome, 'result'>[]): string {
  const mean = (of: (result: Outcome['result']) => number): number =>
    outcomes.reduce((sum, { result }) => sum + of(result), 0) / outcomes.length;
  const errors = intervals.map((percent) => ({
    off: mean((result) => Math.abs(Number(result[`${name} ${percent}`]) - percent / 100)),
    local: mean((result) => Number(result[`${name} ${percent} local`])),
  }));
  const cells = errors.map(({ off, local }) => `${off.toFixed(4)}, ${local.toFixed(4)}`);
  const ratio = (result: Outcome['result']): number => Number(result[`${name} crps`]) / Number(result['rolling crps']);
  const worst = Math.max(...outcomes.map(({ result }) => ratio(result)));
  const crps = Math.exp(mean((result) => Math.log(ratio(result))));
  const met = [
    errors.every(({ off }) => off <= targets.coverage),
    errors.every(({ local }) => local <= targets.local),
    crps <= targets.crps,
  ];
  const marks = met.map((isMet) => (isMet ? 'yes' : 'no')).join(', ');
  return `| ${step} | ${name} | ${cells.join(' | ')} | ${crps.toFixed(3)} (${worst.toFixed(3)}) | ${marks} |`;
}
