import { questionsBeside } from './query/questionsBeside.js';
import type { Bench, TrialResult } from './support/bench.js';

export const bench: Bench = {
  summary: 'questions over HTTP to 10,000 series and 10 million forecast rows, while 1,000 readings a second come in',

  trials: () => [{ kind: 'query', series: 10_000, forecasts: 416_700, rate: 1000, seconds: 60 }],

  run: questionsBeside,

  figures: (outcomes) => outcomes[outcomes.length - 1].result,

  table: (figures) => {
    const of = figures as TrialResult;
    const line = (what: string, name: string, asked: string): string =>
      `| ${what} | ${of[`${name}P50`]} ms | ${of[`${name}P99`]} ms | ${asked} |`;
    return [
      `| ${of.series} series, ${of.rows} forecast rows, ${of.fileMB} MB | p50 | p99 | asked for |`,
      '| --- | --- | --- | --- |',
      line(`forecast in force now (${of.nowAsked} questions)`, 'now', 'p99 ≤ 5 ms'),
      line(`latest forecasts of a week (${of.weekRows} rows, ${of.weekAsked} questions)`, 'week', '≤ 50 ms'),
      line('reading to forecast, nobody asks', 'idle', ''),
      line('reading to forecast, while these are asked', 'light', ''),
      line('reading to forecast, while heavy ones are asked without a pause', 'heavy', 'p99 ≤ 2 × nobody asks'),
    ].join('\n');
  },
};
