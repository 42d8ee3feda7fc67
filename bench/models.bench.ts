import { baseModels } from '../models/baseModels.js';
import { backtest } from '../src/backtest/backtest.js';
import { dataFolder, pathOf } from './accuracy/sets.js';
import type { Bench, Outcome, Trial, TrialResult } from './support/bench.js';
import { significant } from './support/measurement.js';
import { modelsDir } from './support/modelsDir.js';

const models = baseModels.map(({ metadata }) => metadata.name);
const [hourMs, minuteMs] = [3_600_000, 60_000];

const series = [
  { name: 'ETTh1 OT', file: 'ETTh1.csv', column: 'OT', stepMs: hourMs },
  { name: 'ETTh1 HUFL', file: 'ETTh1.csv', column: 'HUFL', stepMs: hourMs },
  { name: 'ETTh1 LULL', file: 'ETTh1.csv', column: 'LULL', stepMs: hourMs },
  { name: 'ETTh2 OT', file: 'ETTh2.csv', column: 'OT', stepMs: hourMs },
  { name: 'ETTh2 HUFL', file: 'ETTh2.csv', column: 'HUFL', stepMs: hourMs },
  { name: 'ETTh2 LULL', file: 'ETTh2.csv', column: 'LULL', stepMs: hourMs },
  { name: 'ambient temperature', file: 'nab_ambient_temperature.csv', column: 'value', stepMs: hourMs },
  { name: 'office temperature', file: 'uci_occupancy_office.csv', column: 'Temperature', stepMs: minuteMs },
  { name: 'office CO2', file: 'uci_occupancy_office.csv', column: 'CO2', stepMs: minuteMs },
  { name: 'office humidity', file: 'uci_occupancy_office.csv', column: 'Humidity', stepMs: minuteMs },
  { name: 'office light', file: 'uci_occupancy_office.csv', column: 'Light', stepMs: minuteMs },
  { name: 'office occupancy', file: 'uci_occupancy_office.csv', column: 'Occupancy', stepMs: minuteMs },
  {
    name: 'household power',
    file: 'uci_household_power_hourly.csv',
    column: 'Global_active_power',
    stepMs: hourMs,
  },
  { name: 'household voltage', file: 'uci_household_power_hourly.csv', column: 'Voltage', stepMs: hourMs },
  { name: 'bike users', file: 'uci_bike_sharing_hourly.csv', column: 'users', stepMs: hourMs },
  { name: 'metro traffic', file: 'uci_metro_traffic.csv', column: 'traffic_volume', stepMs: hourMs },
  { name: 'metro air temperature', file: 'uci_metro_traffic.csv', column: 'temp', stepMs: hourMs },
];

export const bench: Bench = {
  summary: 'what each shipped model, untouched, adds to the experts on real series (--data DIR)',

  trials: () => series.map(({ name }) => ({ kind: 'series', series: name })),

  run: async ({ series: wanted }: Trial): Promise<TrialResult> => {
    const { file, column, stepMs } = series.find(({ name }) => name === wanted)!;
    const path = pathOf(file);
    if (!path) return { missing: `${file} is not in ${dataFolder()}` };
    const results = await backtest({
      ...{ file: path, values: [column], cadenceMs: stepMs, season: 0, protocol: 'single', horizon: 24 },
      ...{ models, modelsDir },
    });
    const { persistence, blend } = results[0].columns[column].experts;
    const figures = [
      ...pair('blend', blend.maeByHorizon, persistence.maeByHorizon),
      ...results.flatMap(({ columns }, i) => pair(models[i], columns[column].maeByHorizon, blend.maeByHorizon)),
    ];
    return Object.fromEntries(figures);
  },

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const outcomes = (figures as Pick<Outcome, 'trial' | 'result'>[]).filter(({ result }) => !result.missing);
    const row = (name: string, of: (key: string) => number): string =>
      `| ${name} | ${['blend', ...models].map((key) => `${of(`${key}@1`).toFixed(3)} / ${of(key).toFixed(3)}`).join(' | ')} |`;
    const logs = (key: string): number[] => outcomes.map(({ result }) => Math.log(Number(result[key])));
    return [
      `| series | experts, of persistence | ${models.map((model) => `with ${model}, of experts`).join(' | ')} |`,
      `| --- |${['blend', ...models].map(() => ' --- |').join('')}`,
      ...outcomes.map(({ trial, result }) => row(String(trial.series), (key) => Number(result[key]))),
      row('geometric mean', (key) => Math.exp(sum(logs(key)) / outcomes.length)),
      row('worst', (key) => Math.exp(Math.max(...logs(key)))),
    ].join('\n');
  },
};

/** One step ahead, and over all steps. */
const pair = (name: string, own: readonly number[], other: readonly number[]): [string, number][] => [
  [`${name}@1`, significant(own[0] / other[0], 4)],
  [name, significant(sum(own) / sum(other), 4)],
];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
