import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineChart } from '../src/charts/lineChart.js';
import { type DriftName, drifts } from './drift/drifts.js';
import { driftAt, driftTrial, learners, stretches } from './drift/driftTrial.js';
import { tuneCost } from './drift/tuneCost.js';
import type { Bench, Outcome } from './support/bench.js';

const seriesOf: Readonly<Record<DriftName, readonly string[]>> = {
  ...{ none: ['bike_users', 'metro_traffic'], level: ['bike_users'], gain: ['metro_traffic'] },
  season: ['bike_users', 'metro_traffic'],
  ...{ rule: ['tent map'], real: ['bike_users spring', 'ett_h2_OT autumn'] },
};
type Figure = Pick<Outcome, 'trial' | 'result'>;

export const bench: Bench = {
  summary: 'errors before, during and after a drift, learning on and not, and what a fine-tune costs (--data DIR)',

  trials: () => [
    ...['first', 'again'].map((depth) => ({ kind: 'cost', depth })),
    ...drifts.flatMap((drift) => seriesOf[drift].map((series) => ({ kind: drift, drift, series }))),
  ],

  run: async (trial) => (trial.kind === 'cost' ? tuneCost(trial) : driftTrial(trial)),

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const all = figures as Figure[];
    const heads = Object.keys(stretches).map((name) => `${name}: ${learners.join(' / ')}`);
    return [
      `| drift | series | ${heads.join(' | ')} | after: adaptive over new | within 10 % |`,
      `| --- | --- | ${heads.map(() => '---').join(' | ')} | --- | --- |`,
      ...all.filter(({ trial }) => trial.kind !== 'cost').map(driftRow),
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
    const found = (figures as Figure[]).filter(({ trial, result }) => trial.kind !== 'cost' && !result.missing);
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
  if (result.missing) return `| ${trial.drift} | ${result.missing} | – | – | – | – | – |`;
  const of = (name: string): string => learners.map((learner) => result[`${learner} ${name}`] ?? '–').join(' / ');
  const ratio = Number(result['adaptive after']) / Number(result['new after']);
  const cells = Object.keys(stretches).map(of);
  return `| ${trial.drift} | ${trial.series} | ${cells.join(' | ')} | ${ratio.toFixed(3)} | ${ratio <= 1.1 ? 'yes' : 'no'} |`;
}
