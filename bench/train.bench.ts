import type { Bench, Outcome, Trial, TrialResult } from './support/bench.js';
import { median, significant } from './support/measurement.js';
import { native } from './train/native.js';
import { type Problem, problemOf } from './train/problem.js';
import { pytorch } from './train/pytorch.js';
import { stepcast } from './train/stepcast.js';
import { tfjs } from './train/tfjs.js';

const runtimes: Record<string, (problem: Problem) => Promise<TrialResult>> = {
  stepcast,
  pytorch,
  'onnxruntime-node': native,
  'tfjs-wasm': tfjs,
};
const sizes = [
  [16, 48, 16],
  [32, 48, 32],
  [64, 48, 32],
  [64, 96, 64],
];

interface Row extends Problem {
  readonly results: Readonly<Record<string, TrialResult>>;
}

export const bench: Bench = {
  summary:
    'a training step of RNN, GRU and LSTM beside tfjs-wasm, onnxruntime-node on the same graph and PyTorch; --only gru,32 for one row',

  trials: ({ repeat = 3 }) =>
    ['rnn', 'gru', 'lstm'].flatMap((cell) =>
      sizes.flatMap(([hidden, steps, batch]) =>
        Array.from({ length: repeat }, (_, round) =>
          Object.keys(runtimes).map(
            (runtime): Trial => ({ kind: `${cell},${hidden}`, runtime, cell, hidden, steps, batch, round }),
          ),
        ).flat(),
      ),
    ),

  run: (trial) => runtimes[trial.runtime](problemOf(trial)),

  figures: (outcomes) => {
    const rows = new Map<string, Outcome[]>();
    for (const outcome of outcomes) {
      const key = JSON.stringify(problemOf(outcome.trial));
      rows.set(key, [...(rows.get(key) ?? []), outcome]);
    }
    return [...rows].map(([key, own]): Row => {
      const results = Object.keys(runtimes).flatMap((runtime) => {
        const rounds = own.filter(({ trial }) => trial.runtime === runtime).map(({ result }) => result);
        return rounds.length > 0 ? [[runtime, middle(rounds)] as const] : [];
      });
      return { ...(JSON.parse(key) as Problem), results: Object.fromEntries(results) };
    });
  },

  table: (figures) =>
    [
      '| cell, H, T, batch | stepcast, ms | PyTorch, ms | ratio (≥ 1 to H = 32, ≥ 0.65 at 64) | tfjs-wasm, ms | ratio (≥ 8) | onnxruntime-node, ms | nodes | graph + session, ms (≤ 150 at T = 48) | peak memory, MB (≤ 400) |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...(figures as Row[]).map(({ cell, hidden, steps, batch, results }) => {
        const own = results.stepcast ?? {};
        const beside = (runtime: string): [string, string] => {
          const peer = results[runtime];
          if (!peer || peer.skipped !== undefined) return ['not installed', '–'];
          return [`${peer.median}`, `${significant(Number(peer.median) / Number(own.median), 2)}`];
        };
        const [torch, torchRatio] = beside('pytorch');
        const [tf, tfRatio] = beside('tfjs-wasm');
        const blas =
          results.pytorch?.blas === undefined || results.pytorch.blas === 'openblas'
            ? ''
            : ` (${results.pytorch.blas})`;
        const creation = `${own.graphMs} + ${own.sessionMs}`;
        return `| ${cell.toUpperCase()}, ${hidden}, ${steps}, ${batch} | ${own.median} | ${torch}${blas} | ${torchRatio} | ${tf} | ${tfRatio} | ${beside('onnxruntime-node')[0]} | ${own.nodes} | ${creation} | ${own.peakMb} |`;
      }),
    ].join('\n'),
};

/** Of several rounds the median of each number. */
function middle(rounds: readonly TrialResult[]): TrialResult {
  const [first] = rounds;
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => [
      name,
      typeof value === 'number' ? median(rounds.map((round) => Number(round[name]))) : value,
    ]),
  );
}
