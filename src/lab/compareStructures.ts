import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BacktestResult, backtest } from '../backtest/backtest.js';
import { othersThan, readWithCovariates } from '../backtest/readWithCovariates.js';
import type { RunReport } from '../training/trainingRun.js';
import { type NetworkScore, scoreNetwork } from './scoreNetwork.js';
import { startTraining } from './startTraining.js';
import { stepLatency } from './stepLatency.js';
import type { Trained } from './trainingSession.js';
import type { TrainJob } from './trainJob.js';

/** One structure under the budget, and what it is worth on the part that none of them learned from. */
export interface Compared {
  readonly name: string;
  readonly cell: string;
  readonly hidden: number;
  readonly layers: number;
  readonly parameters: number;
  readonly stepMicros: number; // median of one step of one series
  readonly trainingSeconds: number;
  readonly steps: number;
  readonly ended: Trained['ended'];
  readonly mae: number; // of the network alone, over that of persistence, mean of the columns
  readonly maeFirst: number; // the same, one step ahead
  readonly published: number; // the same of what the daemon would publish: the network blended with the experts
}

export interface Comparison {
  readonly file: string;
  readonly heldOut: number; // share
  readonly columns: readonly string[];
  readonly structures: readonly Compared[];
  readonly seasonal: Relative; // of seasonal naive
  readonly experts: Relative; // of the blend of the experts without any network
}

/** A mean absolute error over that of persistence: of all steps, and one step ahead. */
export interface Relative {
  readonly mae: number;
  readonly maeFirst: number;
}

export interface CompareOptions {
  readonly jobs: readonly TrainJob[]; // that differ in their structure
  readonly modelsDir: string;
  readonly signal: AbortSignal;
  readonly onReport: (name: string, report: RunReport, elapsedMs: number) => void;
  readonly workerUrl?: URL;
}

/** Trains each structure on the same file under the same budget, and scores it on the rest: alone, and as the daemon would blend it. */
export async function compareStructures({
  jobs,
  modelsDir,
  signal,
  onReport,
  workerUrl,
}: CompareOptions): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'stepcast-compare-'));
  const results: [Compared, BacktestResult][] = [];
  try {
    for (const job of jobs) {
      const began = performance.now();
      const { trained, model } = await startTraining({
        ...{ job, signal, workerUrl },
        onReport: (report, elapsedMs) => onReport(job.name, report, elapsedMs),
      });
      signal.throwIfAborted();
      const trainingSeconds = (performance.now() - began) / 1000;
      const path = join(folder, `${job.name}.onnx`);
      writeFileSync(path, model);
      results.push(await judge(job, path, trained, trainingSeconds, modelsDir));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [, first] = results[0];
  const { files, holdOut } = jobs[0];
  return {
    ...{ file: files[0], heldOut: holdOut, columns: Object.keys(first.columns) },
    structures: results.map(([compared]) => compared),
    seasonal: relative(first, ({ experts }) => experts.seasonal),
    experts: relative(first, ({ experts }) => experts.blend),
  };
}

async function judge(
  job: TrainJob,
  path: string,
  { parameters, steps, ended, cell }: Trained,
  trainingSeconds: number,
  modelsDir: string,
): Promise<[Compared, BacktestResult]> {
  const { files, time, values, cadenceMs, season, horizon, holdOut, name, hidden, layers, covariates, statics } = job;
  const [result] = await backtest({
    ...{ file: files[0], time, values, cadenceMs, season, horizon, models: [path], modelsDir },
    ...{ protocol: 'single', heldOut: holdOut, covariates, statics },
  });
  const { table, covariates: others } = readWithCovariates(files[0], { time, values, strict: true }, covariates);
  const alone: NetworkScore[] = [];
  for (const [column, cells] of table.columns) {
    alone.push(
      await scoreNetwork(
        path,
        { timesMs: table.timesMs, values: cells, covariates: othersThan(column, others) },
        { cadenceMs, season, heldOut: holdOut, statics },
      ),
    );
  }
  const compared = {
    ...{ name, cell, hidden, layers, parameters, steps, ended, trainingSeconds },
    stepMicros: await stepLatency(path),
    mae: mean(alone.map(({ network, persistence }) => network.overall().mae / persistence.overall().mae)),
    maeFirst: mean(alone.map(({ network, persistence }) => network.at(1).mae / persistence.at(1).mae)),
    published: relative(result, (column) => column).mae,
  };
  return [compared, result];
}

type Column = BacktestResult['columns'][string];

/** Mean absolute errors over those of persistence, mean of the columns. */
function relative(
  { columns }: BacktestResult,
  of: (column: Column) => { mae: number; maeByHorizon: readonly number[] },
): Relative {
  const all = Object.values(columns).map((column) => ({ own: of(column), base: column.experts.persistence }));
  return {
    mae: mean(all.map(({ own, base }) => own.mae / base.mae)),
    maeFirst: mean(all.map(({ own, base }) => own.maeByHorizon[0] / base.maeByHorizon[0])),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
