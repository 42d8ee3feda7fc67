import { join } from 'node:path';
import { readTable } from '../src/backtest/readTable.js';
import { scoreNetwork } from '../src/lab/scoreNetwork.js';
import type { HorizonScore } from '../src/metrics/horizonScore.js';
import { dataFolder, pathOf } from './accuracy/sets.js';
import type { Bench, Outcome, Trial, TrialResult } from './support/bench.js';
import { significant } from './support/measurement.js';
import { modelsDir } from './support/modelsDir.js';

const models = ['rnn-base', 'gru-base', 'lstm-base'];
const series = [
  { name: 'ETTh1 OT', file: 'ETTh1.csv', column: 'OT' },
  { name: 'ETTh1 HUFL', file: 'ETTh1.csv', column: 'HUFL' },
  { name: 'ETTh2 OT', file: 'ETTh2.csv', column: 'OT' },
  { name: 'ETTh2 HUFL', file: 'ETTh2.csv', column: 'HUFL' },
  { name: 'NAB ambient temperature', file: 'nab_ambient_temperature.csv', column: 'value' },
  { name: 'office temperature (1 min)', file: 'uci_occupancy_office.csv', column: 'Temperature' },
  { name: 'office CO2 (1 min)', file: 'uci_occupancy_office.csv', column: 'CO2' },
  { name: 'office humidity (1 min)', file: 'uci_occupancy_office.csv', column: 'Humidity' },
  { name: 'household power', file: 'uci_household_power_hourly.csv', column: 'Global_active_power' },
  { name: 'household voltage', file: 'uci_household_power_hourly.csv', column: 'Voltage' },
  { name: 'bike users', file: 'uci_bike_sharing_hourly.csv', column: 'users' },
  { name: 'metro traffic', file: 'uci_metro_traffic.csv', column: 'traffic_volume' },
  { name: 'metro air temperature', file: 'uci_metro_traffic.csv', column: 'temp' },
];

export const bench: Bench = {
  summary: 'the shipped models on real series, each network alone and untouched (--data DIR)',

  trials: () => series.flatMap(({ name }) => models.map((model) => ({ kind: model, series: name, model }))),

  run: async ({ series: wanted, model }: Trial): Promise<TrialResult> => {
    const { file, column } = series.find(({ name }) => name === wanted)!;
    const path = pathOf(file);
    if (!path) return { missing: `${file} is not in ${dataFolder()}` };
    const { timesMs, columns } = readTable(path, { values: [column] });
    const data = { timesMs, values: columns.get(column)! };
    const options = { cadenceMs: 0, season: 0, heldOut: 0.5 };
    const { network, persistence } = await scoreNetwork(join(modelsDir, `${model}.onnx`), data, options);
    const ratio = (of: (score: HorizonScore) => number): number => significant(of(network) / of(persistence));
    return { first: ratio((score) => score.at(1).mae), all: ratio(meanOverSteps) };
  },

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const outcomes = figures as Pick<Outcome, 'trial' | 'result'>[];
    const cell = (name: string, model: string): string => {
      const result = outcomes.find(({ trial }) => trial.series === name && trial.model === model)?.result;
      return `${Number(result?.first).toFixed(3)} / ${Number(result?.all).toFixed(3)}`;
    };
    return [
      `| series | ${models.join(' | ')} |`,
      `| --- |${models.map(() => ' --- |').join('')}`,
      ...series.map(({ name }) => `| ${name} | ${models.map((model) => cell(name, model)).join(' | ')} |`),
    ].join('\n');
  },
};

const meanOverSteps = (score: HorizonScore): number =>
  Array.from({ length: score.horizon }, (_, i) => score.at(i + 1).mae).reduce((sum, mae) => sum + mae, 0) /
  score.horizon;
