import { singleSeries, tableTargets } from './accuracy/sets.js';
import { multivariate, univariate } from './accuracy/trials.js';
import type { Bench, Outcome, Trial } from './support/bench.js';

const singleTarget = { one: 0.57, all: 0.45, referenceOne: 0.666, referenceAll: 0.485 };
const model = 'gru-base'; // the network, as it ships
const learning = ', learning'; // fine-tuned on the way
const isTuned = ({ kind }: Trial): boolean => String(kind).endsWith(learning);
const isSingle = ({ kind }: Trial): boolean => String(kind).startsWith('single');
const experts = ['seasonal', 'holtwinters', 'linear', 'season-linear', 'week-linear'];

export const bench: Bench = {
  document: 'docs/forecasting.md',
  summary: 'forecast errors on real series by three protocols, beside published figures (--data DIR)',

  trials: () => [
    ...tableTargets.map(({ protocol, file, horizon }) => ({ kind: protocol, protocol, file, horizon, model })),
    ...singleSeries.map(({ name }) => ({ kind: 'single', series: name, horizon: 24, model })),
    ...singleSeries.map(({ name }) => ({
      ...{ kind: `single${learning}`, series: name, horizon: 24, model, learnEvery: 1000 },
    })),
    ...tableTargets.map(({ protocol, file, horizon }) => ({
      ...{ kind: `${protocol}${learning}`, protocol, file, horizon, model, learnEvery: 2000 },
    })),
  ],

  run: async (trial) => (isSingle(trial) ? univariate(trial) : multivariate(trial)),

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) => {
    const outcomes = figures as Finding[];
    const [tuned, untrained] = [true, false].map((as) => outcomes.filter(({ trial }) => isTuned(trial) === as));
    return [
      '| protocol | set | steps | target | best published | reference mixture | without the network | network, zero-shot | network, fine-tuned | met: without, zero-shot, fine-tuned | best expert |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...untrained
        .filter(({ trial }) => !isSingle(trial))
        .map((finding) => protocolRow(finding, tuned.find(isSameCell(finding))?.result)),
      ...singleRows(
        untrained.filter(({ trial }) => isSingle(trial)),
        tuned.filter(({ trial }) => isSingle(trial)),
      ),
    ].join('\n');
  },
};

type Finding = Pick<Outcome, 'trial' | 'result'>;

const notRun = 'not run';
const isSameCell =
  ({ trial: { protocol, file, horizon } }: Finding) =>
  ({ trial }: Finding): boolean =>
    trial.protocol === protocol && trial.file === file && trial.horizon === horizon;
const mark = (value: number, target: number): string => (Number.isNaN(value) ? '–' : value <= target ? 'yes' : 'no');

/** Mean squared errors: without the network that of the blend that aims at the mean. */
function protocolRow({ trial, result }: Finding, learned: Outcome['result'] | undefined): string {
  const { protocol, file, horizon } = trial;
  const found = tableTargets.find(
    (row) => row.protocol === protocol && row.file === file && row.horizon === Number(horizon),
  )!;
  const head = `| ${protocol} | ${file} | ${horizon} | ${found.target} | ${found.published} | ${found.reference} |`;
  if (result.missing) return `${head} ${result.missing} | – | – | – | – |`;
  const best = experts.reduce((a, b) => (Number(result[a]) <= Number(result[b]) ? a : b));
  const [without, zeroShot] = [Number(result['blend-mean']), Number(result.network)];
  const after = Number(learned?.network);
  const met = [without, zeroShot, after].map((error) => mark(error, found.target)).join(', ');
  return `${head} ${without} | ${zeroShot} | ${learned?.network ?? notRun} | ${met} | ${result[best]} ${best} |`;
}

/** Errors over those of persistence, one step ahead / all steps: without the network that of the blend that aims at the median. */
function singleRows(zeroShot: readonly Finding[], tuned: readonly Finding[]): string[] {
  const pair = (result: Outcome['result'], name: string): string =>
    `${Number(result[`${name}@1`]).toFixed(3)} / ${Number(result[name]).toFixed(3)}`;
  const tunedOf = (series: unknown) =>
    tuned.find(({ trial, result }) => trial.series === series && result.missing === undefined)?.result;
  const rows = zeroShot.map(({ trial, result }) => {
    const head = `| single | ${trial.series} | 1 / 24 | – | – | – |`;
    if (result.missing) return `${head} ${result.missing} | – | – | – | – |`;
    const best = ['persistence', ...experts].reduce((a, b) => (Number(result[a]) <= Number(result[b]) ? a : b));
    const learned = tunedOf(trial.series);
    return `${head} ${pair(result, 'blend')} | ${pair(result, 'network')} | ${learned ? pair(learned, 'network') : notRun} | – | ${pair(result, best)} ${best} |`;
  });
  const found = zeroShot.filter(({ result }) => result.missing === undefined);
  if (found.length === 0) return rows;
  const learned = found.map(({ trial }) => tunedOf(trial.series)).filter((result) => result !== undefined);
  const without = means(found, 'blend');
  const zero = means(found, 'network');
  const after =
    learned.length === found.length
      ? means(
          learned.map((result) => ({ result })),
          'network',
        )
      : undefined;
  const shown = ([one, all]: Pair): string => `${one.toFixed(3)} / ${all.toFixed(3)}`;
  const met = ([one, all]: Pair): string => `${mark(one, singleTarget.one)} / ${mark(all, singleTarget.all)}`;
  const marks = [without, zero, after].map((each) => (each ? met(each) : '–')).join(', ');
  return [
    ...rows,
    `| single | geometric mean of ${found.length} | 1 / 24 | ${singleTarget.one} / ${singleTarget.all} | – | ${singleTarget.referenceOne} / ${singleTarget.referenceAll} of 20 | ${shown(without)} | ${shown(zero)} | ${after ? shown(after) : notRun} | ${marks} | – |`,
  ];
}

type Pair = readonly [one: number, all: number];

/** Geometric means over the series, one step ahead and over all steps. */
function means(findings: readonly Pick<Finding, 'result'>[], name: string): Pair {
  const mean = (key: string): number =>
    Math.exp(findings.reduce((sum, { result }) => sum + Math.log(Number(result[key])), 0) / findings.length);
  return [mean(`${name}@1`), mean(name)];
}
