import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineChart } from '../src/charts/lineChart.js';
import { type DriftName, drifts } from './drift/drifts.js';
import { driftAt, driftTrial, learners, stretches } from './drift/driftTrial.js';
import { expertSets, expertsTrial, injected } from './drift/expertsTrial.js';
import { tuneCost } from './drift/tuneCost.js';
import type { Bench, Outcome } from './support/bench.js';

const seriesOf: Readonly<Record<DriftName, readonly string[]>> = {
  ...{ none: ['bike_users', 'metro_traffic'], level: ['bike_users'], gain: ['metro_traffic'] },
  season: ['bike_users', 'metro_traffic'],
  ...{ rule: ['tent map'], real: ['bike_users spring', 'ett_h2_OT autumn'] },
};
type Figure = Pick<Outcome, 'trial' | 'result'>;

const ofDrifts = (figures: readonly Figure[]): Figure[] => figures.filter(({ trial }) => trial.drift !== undefined);
const shifts = injected.filter((drift) => drift !== 'none');

export const bench: Bench = {
  document: 'docs/learning.md',
  summary: 'errors before, during and after a drift, learning on and not, and what a fine-tune costs (--data DIR)',

  trials: () => [
    ...['first', 'again'].map((depth) => ({ kind: 'cost', depth })),
    ...Object.keys(expertSets).map((series) => ({ kind: 'experts', series })),
    ...drifts.flatMap((drift) => seriesOf[drift].map((series) => ({ kind: drift, drift, series }))),
  ],

  run: async (trial) => {
    if (trial.kind === 'experts') return expertsTrial(trial);
    return trial.kind === 'cost' ? tuneCost(trial) : driftTrial(trial);
  },

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const all = figures as Figure[];
    const heads = Object.keys(stretches).map((name) => `${name}: ${learners.join(' / ')}`);
    return [
      `| drift | series | ${heads.join(' | ')} | after: adaptive over new | within 10 % | over fresh |`,
      `| --- | --- | ${heads.map(() => '---').join(' | ')} | --- | --- | --- |`,
      ...ofDrifts(all).map(driftRow),
      '',
      `| experts alone, after: over new, kept → renewed | ${shifts.join(' | ')} | none: renewed over kept |`,
      `| --- | ${shifts.map(() => '---').join(' | ')} | --- |`,
      ...all.filter(({ trial }) => trial.kind === 'experts').map(expertsRow),
      '',
      '| fine-tune of GRU 32 on 2,000 steps | training steps | processor, s | peak RSS, MB |',
      '| --- | --- | --- | --- |',
      ...all
        .filter(({ trial }) => trial.kind === 'cost')
        .map(({ trial, result }) => `| ${trial.depth} | ${result.steps} | ${result.cpuSeconds} | ${result.peakMb} |`),
    ].join('\n');
  },

  pictures: (figures, folder) => {
    mkdirSync(folder, { recursive: true });
    const found = ofDrifts(figures as Figure[]).filter(({ result }) => !result.missing);
    for (const { trial, result } of found) {
      const lines = learners.map((learner) => ({
        name: learner,
        points: Object.entries(result)
          .filter(([key]) => key.startsWith(`${learner} at `))
          .map(([key, value]) => [Number(key.split(' at ')[1]) + 125, Number(value)] as const),
      }));
      const title = `${trial.series}, ${trial.drift} drift at row ${driftAt.toLocaleString('en')}: error one step ahead`;
      const svg = lineChart({ title, x: 'row', y: 'MAE over that of the last value', lines });
      writeFileSync(join(folder, `drift-${trial.drift}-${String(trial.series).replace(' ', '-')}.svg`), svg);
    }
  },
};

function driftRow({ trial, result }: Figure): string {
  if (result.missing) return `| ${trial.drift} | ${result.missing} | – | – | – | – | – | – |`;
  const of = (name: string): string => learners.map((learner) => result[`${learner} ${name}`] ?? '–').join(' / ');
  const over = (learner: string): number => Number(result['adaptive after']) / Number(result[`${learner} after`]);
  const said = (ratio: number): string => (Number.isNaN(ratio) ? '–' : ratio.toFixed(3));
  const judged = Number.isNaN(over('new')) ? over('fresh') : over('new');
  const cells = [
    ...Object.keys(stretches).map(of),
    said(over('new')),
    judged <= 1.1 ? 'yes' : 'no',
    said(over('fresh')),
  ];
  return `| ${trial.drift} | ${trial.series} | ${cells.join(' | ')} |`;
}

function expertsRow({ trial, result }: Figure): string {
  if (result.missing) return `| ${result.missing} |${' – |'.repeat(shifts.length + 1)}`;
  const cells = shifts.map((drift) => `${result[`${drift} kept`]} → ${result[`${drift} renewed`]}`);
  return `| ${trial.series} | ${cells.join(' | ')} | ${result.none} |`;
}
