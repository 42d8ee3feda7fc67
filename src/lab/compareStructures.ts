import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BacktestResult, backtest } from '../backtest/backtest.js';
import type { RunReport } from '../training/trainingRun.js';
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
  readonly mae: number; // over that of persistence, mean of the columns
  readonly maeFirst: number; // the same, one step ahead
  readonly coverage: number; // of the outermost levels
}

export interface Comparison {
  readonly file: string;
  readonly heldOut: number; // share
  readonly columns: readonly string[];
  readonly structures: readonly Compared[];
  readonly seasonal: { readonly mae: number; readonly maeFirst: number }; // of seasonal naive, over persistence
}

export interface CompareOptions {
  readonly jobs: readonly TrainJob[]; // that differ in their structure
  readonly modelsDir: string;
  readonly signal: AbortSignal;
  readonly onReport: (name: string, report: RunReport, elapsedMs: number) => void;
  readonly workerUrl?: URL;
}

/** Trains each structure on the same file under the same budget, and has the pipeline of the daemon score it on the rest. */
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
  };
}

async function judge(
  job: TrainJob,
  path: string,
  { parameters, steps, ended, cell }: Trained,
  trainingSeconds: number,
  modelsDir: string,
): Promise<[Compared, BacktestResult]> {
  const { files, time, values, cadenceMs, season, horizon, holdOut, name, hidden, layers } = job;
  const [result] = await backtest({
    ...{ file: files[0], time, values, cadenceMs, season, horizon, models: [path], modelsDir },
    ...{ protocol: 'single', heldOut: holdOut },
  });
  const columns = Object.values(result.columns);
  const compared = {
    ...{ name, cell, hidden, layers, parameters, steps, ended, trainingSeconds },
    stepMicros: await stepLatency(path),
    ...relative(result, (column) => column),
    coverage: mean(columns.map(({ coverage }) => coverage)),
  };
  return [compared, result];
}

type Column = BacktestResult['columns'][string];

/** Mean absolute errors over those of persistence, mean of the columns. */
function relative(
  { columns }: BacktestResult,
  of: (column: Column) => { mae: number; maeByHorizon: readonly number[] },
): { mae: number; maeFirst: number } {
  const all = Object.values(columns).map((column) => ({ own: of(column), base: column.experts.persistence }));
  return {
    mae: mean(all.map(({ own, base }) => own.mae / base.mae)),
    maeFirst: mean(all.map(({ own, base }) => own.maeByHorizon[0] / base.maeByHorizon[0])),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
