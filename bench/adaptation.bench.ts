import { serveTrial, servings, tunedSeries, tuneTrial, variants } from './adaptation/adaptationTrial.js';
import type { Bench, Outcome } from './support/bench.js';

type Figure = Pick<Outcome, 'trial' | 'result'>;

export const bench: Bench = {
  summary: 'what of a network is tuned: all of it, its head, a small adapter, for one series or several (--data DIR)',

  trials: () => [
    ...servings.map((serving) => ({ kind: 'serve', serving })),
    { kind: 'tune', variant: 'shared' },
    ...tunedSeries.flatMap((series) =>
      variants.filter((variant) => variant !== 'shared').map((variant) => ({ kind: 'tune', variant, series })),
    ),
  ],

  run: async (trial) => (trial.kind === 'serve' ? serveTrial(trial) : tuneTrial(trial)),

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const all = figures as Figure[];
    const tuned = all.filter(({ trial, result }) => trial.kind === 'tune' && !result.missing);
    const of = (variant: string, series: string): string => {
      const found = tuned.find(({ trial }) => trial.variant === variant && (trial.series ?? series) === series)?.result;
      const suffix = variant === 'shared' ? ` ${series}` : '';
      return found ? `${found[`near${suffix}`]} / ${found[`far${suffix}`]}` : '–';
    };
    const cost = (variant: string): string => {
      const found = tuned.filter(({ trial }) => trial.variant === variant).map(({ result }) => result);
      const sum = (key: string): number => found.reduce((total, each) => total + Number(each[key]), 0);
      return found.length === 0 ? '–' : `${Math.round((1000 * sum('cpuSeconds')) / sum('steps'))} ms`;
    };
    return [
      `| published loss over that of gru-base, near / far | ${variants.join(' | ')} |`,
      `| --- | ${variants.map(() => '---').join(' | ')} |`,
      ...tunedSeries.map((series) => `| ${series} | ${variants.map((variant) => of(variant, series)).join(' | ')} |`),
      `| processor time a training step, all counted | ${variants.map(cost).join(' | ')} |`,
      '',
      '| 256 series are stepped | µs a series | memory each |',
      '| --- | --- | --- |',
      ...all
        .filter(({ trial }) => trial.kind === 'serve')
        .map(
          ({ trial, result: { microseconds, kilobytesEach } }) =>
            `| ${trial.serving} | ${microseconds} | ${kilobytesEach === undefined ? '' : `${kilobytesEach} kB`} |`,
        ),
    ].join('\n');
  },
};
