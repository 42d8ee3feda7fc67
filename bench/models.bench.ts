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

  trials: () => models.flatMap((model) => series.map(({ name }) => ({ kind: model, model, series: name }))),

  run: async ({ series: wanted, model }: Trial): Promise<TrialResult> => {
    const { file, column, stepMs } = series.find(({ name }) => name === wanted)!;
    const path = pathOf(file);
    if (!path) return { missing: `${file} is not in ${dataFolder()}` };
    const [{ columns }] = await backtest({
      ...{ file: path, values: [column], cadenceMs: stepMs, season: 0, protocol: 'single', horizon: 24 },
      ...{ models: [String(model)], modelsDir },
    });
    const { maeByHorizon, experts } = columns[column];
    const { persistence, blend } = experts;
    return Object.fromEntries([
      ...pair('experts', blend.maeByHorizon, persistence.maeByHorizon),
      ...pair('network', maeByHorizon, blend.maeByHorizon),
    ]);
  },

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const outcomes = (figures as Pick<Outcome, 'trial' | 'result'>[]).filter(({ result }) => !result.missing);
    const columns: readonly Column[] = [
      { of: models[0], key: 'experts' },
      ...models.map((model) => ({ of: model, key: 'network' as const })),
    ];
    const row = (name: string, cell: (column: Column, suffix: string) => number): string =>
      `| ${name} | ${columns.map((column) => `${cell(column, '@1').toFixed(3)} / ${cell(column, '').toFixed(3)}`).join(' | ')} |`;
    const values = ({ of, key }: Column, suffix: string): number[] =>
      outcomes.flatMap(({ trial, result }) => (trial.model === of ? [Number(result[`${key}${suffix}`])] : []));
    const names = [...new Set(outcomes.map(({ trial }) => String(trial.series)))];
    return [
      `| series | experts, of persistence | ${models.map((model) => `with ${model}, of experts`).join(' | ')} |`,
      `| --- |${columns.map(() => ' --- |').join('')}`,
      ...names.map((name, i) => row(name, (column, suffix) => values(column, suffix)[i] ?? Number.NaN)),
      row('geometric mean', (column, suffix) => geometricMean(values(column, suffix))),
      row('worst', (column, suffix) => Math.max(...values(column, suffix))),
    ].join('\n');
  },
};

interface Column {
  readonly of: string; // model
  readonly key: 'experts' | 'network';
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(sum(values.map((value) => Math.log(value))) / values.length);

/** One step ahead, and over all steps. */
const pair = (name: string, own: readonly number[], other: readonly number[]): [string, number][] => [
  [`${name}@1`, significant(own[0] / other[0], 4)],
  [name, significant(sum(own) / sum(other), 4)],
];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
