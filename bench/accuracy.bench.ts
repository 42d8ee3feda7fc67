import { singleSeries, tableTargets } from './accuracy/sets.js';
import { multivariate, univariate } from './accuracy/trials.js';
import type { Bench, Outcome } from './support/bench.js';

const singleTarget = { one: 0.57, all: 0.45, referenceOne: 0.666, referenceAll: 0.485 };
const model = 'gru-base'; // the network, as it ships
const learning = 'single, learning'; // fine-tuned on the way
const experts = ['seasonal', 'holtwinters', 'linear', 'season-linear', 'week-linear'];

export const bench: Bench = {
  summary: 'forecast errors on real series by three protocols, beside published figures (--data DIR)',

  trials: () => [
    ...tableTargets.map(({ protocol, file, horizon }) => ({ kind: protocol, protocol, file, horizon, model })),
    ...singleSeries.map(({ name }) => ({ kind: 'single', series: name, horizon: 24, model })),
    ...singleSeries.map(({ name }) => ({ kind: learning, series: name, horizon: 24, model, learnEvery: 1000 })),
  ],

  run: async (trial) => (trial.kind === 'single' || trial.kind === learning ? univariate(trial) : multivariate(trial)),

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const outcomes = figures as Pick<Outcome, 'trial' | 'result'>[];
    return [
      '| protocol | set | steps | target | best published | reference mixture | with the network | met | experts’ blend, mean | experts’ blend, median | best expert |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...outcomes.filter(({ trial }) => trial.series === undefined).map(protocolRow),
      ...['single', learning].flatMap((kind) =>
        singleRows(
          kind,
          outcomes.filter(({ trial }) => trial.kind === kind),
        ),
      ),
    ].join('\n');
  },
};

const mark = (value: number, target: number): string => (value <= target ? 'yes' : 'no');

function protocolRow({ trial, result }: Pick<Outcome, 'trial' | 'result'>): string {
  const { protocol, file, horizon } = trial;
  const found = tableTargets.find(
    (row) => row.protocol === protocol && row.file === file && row.horizon === Number(horizon),
  )!;
  const head = `| ${protocol} | ${file} | ${horizon} | ${found.target} | ${found.published} | ${found.reference} |`;
  if (result.missing) return `${head} ${result.missing} | – | – | – | – |`;
  const best = experts.reduce((a, b) => (Number(result[a]) <= Number(result[b]) ? a : b));
  const own = Number(result.network);
  return `${head} ${own} | ${mark(own, found.target)} | ${result['blend-mean']} | ${result.blend} | ${result[best]} ${best} |`;
}

function singleRows(kind: string, outcomes: readonly Pick<Outcome, 'trial' | 'result'>[]): string[] {
  const found = outcomes.filter(({ result }) => result.missing === undefined);
  if (found.length === 0) return [];
  const pair = (result: Outcome['result'], name: string): string =>
    `${Number(result[`${name}@1`]).toFixed(3)} / ${Number(result[name]).toFixed(3)}`;
  const rows = outcomes.map(({ trial, result }) => {
    if (result.missing) return `| ${kind} | ${trial.series} | 1 / 24 | – | – | – | ${result.missing} | – | – | – | – |`;
    const best = ['persistence', ...experts].reduce((a, b) => (Number(result[a]) <= Number(result[b]) ? a : b));
    return `| ${kind} | ${trial.series} | 1 / 24 | – | – | – | ${pair(result, 'network')} | – | ${pair(result, 'blend-mean')} | ${pair(result, 'blend')} | ${pair(result, best)} ${best} |`;
  });
  const geometric = (name: string): number =>
    Math.exp(found.reduce((sum, { result }) => sum + Math.log(Number(result[name])), 0) / found.length);
  const [one, all] = [geometric('network@1'), geometric('network')];
  const met = `${mark(one, singleTarget.one)} / ${mark(all, singleTarget.all)}`;
  const total = `| ${kind} | geometric mean of ${found.length} | 1 / 24 | ${singleTarget.one} / ${singleTarget.all} | – | ${singleTarget.referenceOne} / ${singleTarget.referenceAll} of 20 | ${one.toFixed(3)} / ${all.toFixed(3)} | ${met} | ${geometric('blend-mean@1').toFixed(3)} / ${geometric('blend-mean').toFixed(3)} | ${geometric('blend@1').toFixed(3)} / ${geometric('blend').toFixed(3)} | – |`;
  return [...rows, total];
}
