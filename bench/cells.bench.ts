import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineChart } from '../src/charts/lineChart.js';
import type { CellKind } from '../src/nn/cells/cells.js';
import { stepCost } from '../src/nn/stepCost.js';
import { readGraph } from '../src/onnx/readGraph.js';
import { learnTask } from './cells/learnTask.js';
import type { LagTaskName } from './cells/tasks.js';
import type { Bench, Outcome, Trial, TrialResult } from './support/bench.js';
import { clockMs, significant } from './support/measurement.js';

const tasks: readonly LagTaskName[] = ['adding', 'copy'];
const cells: readonly CellKind[] = ['rnn', 'gru', 'lstm'];
const lags = [10, 50, 100, 200];
const budget = { hidden: 32, batch: 32, rate: 0.01, steps: 1500 };

type Row = { readonly task: string; readonly cell: string; readonly results: readonly (TrialResult | undefined)[] };

export const bench: Bench = {
  summary:
    'copy task and adding problem at lags of 10 to 200: where RNN fails and GRU and LSTM hold; cost and parameters',

  trials: () =>
    tasks.flatMap((task) =>
      lags.flatMap((lag) => cells.map((cell) => ({ kind: task, cell, lag, ...budget, seed: 1 }))),
    ),

  run: learn,

  figures: (outcomes): Row[] =>
    tasks.flatMap((task) =>
      cells.map((cell) => ({ task, cell, results: lags.map((lag) => resultOf(outcomes, task, cell, lag)) })),
    ),

  table: (figures) => {
    const rows = figures as Row[];
    const cellOf = (result: TrialResult | undefined): string => {
      if (!result) return '–';
      const { share, steps, seconds, stepMs } = result;
      const verdict = Number(share) >= 0.95 ? `**${share}** after ${steps} steps` : `${share} after all ${steps}`;
      return `${verdict}, ${seconds} s, ${stepMs} ms a step`;
    };
    return [
      `| task, cell | parameters | multiply–adds | ${lags.map((lag) => `lag ${lag}`).join(' | ')} |`,
      `| --- | --- | --- |${lags.map(() => ' --- |').join('')}`,
      ...rows.map(({ task, cell, results }) => {
        const known = results.find(Boolean);
        return `| ${task}, ${cell.toUpperCase()} | ${known?.parameters ?? '–'} | ${known?.multiplyAdds ?? '–'} | ${results.map(cellOf).join(' | ')} |`;
      }),
    ].join('\n');
  },

  pictures: (figures, folder) => {
    for (const task of tasks) {
      const lines = (figures as Row[])
        .filter((row) => row.task === task)
        .map(({ cell, results }) => ({
          name: cell,
          points: lags.map((lag, i): [number, number] => [lag, Number(results[i]?.share)]),
        }));
      const title = `What is known of the ${task} task after ${budget.steps} steps at most`;
      const svg = lineChart({ title, x: 'lag, steps', y: 'share of what there is to know', lines });
      writeFileSync(join(folder, `cells-${task}.svg`), svg);
    }
  },
};

async function learn(trial: Trial): Promise<TrialResult> {
  const { kind, cell, lag, hidden, steps, rate, batch, seed } = trial;
  const began = clockMs();
  const options = {
    hidden: Number(hidden),
    steps: Number(steps),
    rate: Number(rate),
    batch: Number(batch),
    seed: Number(seed),
  };
  const { model, ...learned } = await learnTask({
    ...{ task: kind as LagTaskName, cell: cell as CellKind, lag: Number(lag), ...options },
  });
  const ms = clockMs() - began;
  return {
    share: significant(learned.share, 3),
    steps: learned.steps,
    parameters: learned.parameters,
    multiplyAdds: stepCost(readGraph(model)),
    seconds: significant(ms / 1000, 2),
    stepMs: significant(ms / learned.steps, 2),
  };
}

const resultOf = (outcomes: readonly Outcome[], task: string, cell: string, lag: number): TrialResult | undefined =>
  outcomes.find(({ trial }) => trial.kind === task && trial.cell === cell && trial.lag === lag)?.result;
