import { type BacktestResult, backtest } from '../../src/backtest/backtest.js';
import type { Protocol } from '../../src/backtest/protocol.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { significant } from '../support/measurement.js';
import { modelsDir } from '../support/modelsDir.js';
import { dataFolder, pathOf, singleSeries } from './sets.js';

/** Protocols A and B: every column its own series, mean squared error on normalised values. `network` is with it in the blend. */
export async function multivariate({ protocol, file, horizon, model, learnEvery }: Trial): Promise<TrialResult> {
  const path = pathOf(String(file));
  if (!path) return missing(String(file));
  const result = await run(path, {
    protocol: protocol as Protocol,
    horizon,
    model,
    learnEvery: Number(learnEvery ?? 0),
  });
  const errors = Object.entries(result.experts).map(([name, { mse }]) => [name, mse] as const);
  return rounded([...errors, ['network', result.mse]]);
}

/** Protocol C: mean absolute error over that of persistence, one step ahead (`name@1`) and over all steps. */
export async function univariate({ series, horizon, model, learnEvery }: Trial): Promise<TrialResult> {
  const { file, column, stepMs } = singleSeries.find(({ name }) => name === series)!;
  const path = pathOf(file);
  if (!path) return missing(file);
  const result = await run(path, {
    protocol: 'single',
    horizon,
    model,
    column,
    stepMs,
    learnEvery: Number(learnEvery ?? 0),
  });
  const { experts, maeByHorizon } = result.columns[column];
  const all = { ...experts, network: { maeByHorizon } };
  return rounded(
    Object.entries(all).flatMap(([name, { maeByHorizon: own }]) => [
      [`${name}@1`, own[0] / experts.persistence.maeByHorizon[0]] as const,
      [name, sum(own) / sum(experts.persistence.maeByHorizon)] as const,
    ]),
  );
}

interface RunOptions extends Pick<Trial, 'horizon' | 'model'> {
  readonly protocol: Protocol;
  readonly column?: string;
  readonly stepMs?: number;
  readonly learnEvery?: number; // rows, 0: it does not learn
}

async function run(
  file: string,
  { protocol, horizon, model, column, stepMs = 0, learnEvery = 0 }: RunOptions,
): Promise<BacktestResult> {
  const [result] = await backtest({
    ...{ file, protocol, horizon: Number(horizon), models: [String(model)], modelsDir },
    ...{ values: column === undefined ? [] : [column], cadenceMs: stepMs, season: 0 },
    ...(learnEvery > 0 && { learn: { first: 500, every: learnEvery } }),
  });
  return result;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const rounded = (values: readonly (readonly [string, number])[]): Record<string, number> =>
  Object.fromEntries(values.map(([name, value]) => [name, significant(value, 4)]));

const missing = (file: string): TrialResult => ({ missing: `${file} is not in ${dataFolder()}` });
