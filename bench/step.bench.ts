import { batches, step } from './step/step.js';
import type { Bench, TrialResult } from './support/bench.js';
import { significant } from './support/measurement.js';

const runtimes = ['stepcast', 'onnxruntime-node'];

interface Row {
  readonly cell: string;
  readonly hidden: number;
  readonly ours: TrialResult;
  readonly peer?: TrialResult;
}

export const bench: Bench = {
  summary: 'one step and batches of RNN, GRU and LSTM step models, beside onnxruntime-node on the same model',

  trials: () =>
    ['rnn', 'gru', 'lstm'].flatMap((cell) =>
      [32, 64].flatMap((hidden) => runtimes.map((runtime) => ({ kind: 'step', runtime, cell, hidden }))),
    ),

  run: step,

  figures: (outcomes) =>
    outcomes
      .filter(({ trial }) => trial.runtime === runtimes[0])
      .map(({ trial: { cell, hidden }, result }) => {
        const peer = outcomes.find(
          ({ trial }) => trial.runtime === runtimes[1] && trial.cell === cell && trial.hidden === hidden,
        );
        return { cell, hidden, ours: result, peer: peer?.result };
      }),

  table: (figures) => {
    const lines = (figures as Row[]).flatMap(({ cell, hidden, ours, peer }) => {
      const compared = batches.map((batch) => [batch, Number(ours[`b${batch}`]), Number(peer?.[`b${batch}`])] as const);
      const name = `${cell.toUpperCase()} ${hidden}`;
      return [
        `| ${name}, stepcast | ${compared.map(([batch, own]) => `${own} (${significant(own / batch, 2)})`).join(' | ')} |`,
        peer?.skipped === undefined
          ? `| ${name}, onnxruntime-node | ${compared.map(([batch, , other]) => `${other} (${significant(other / batch, 2)})`).join(' | ')} |`
          : `| ${name}, onnxruntime-node | ${batches.map(() => 'not installed').join(' | ')} |`,
        ...(peer?.skipped === undefined
          ? [`| ratio | ${compared.map(([, own, other]) => significant(own / other, 2)).join(' | ')} |`]
          : []),
      ];
    });
    return [
      `| µs a run (µs a series) | ${batches.map((batch) => `batch ${batch}`).join(' | ')} |`,
      `| --- |${batches.map(() => ' --- |').join('')}`,
      ...lines,
    ].join('\n');
  },
};
