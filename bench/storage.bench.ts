import { commits } from './storage/commits.js';
import type { Bench, Outcome } from './support/bench.js';

export const bench: Bench = {
  summary: 'the store alone: bytes written a reading and milliseconds a commit, for groups of 10 to 4,000',

  trials: () =>
    [10, 100, 1000, 4000].map((group) => ({
      kind: 'commits',
      series: 200,
      group,
      readings: group === 10 ? 8000 : 40_000,
      snapshotBytes: 4096,
    })),

  run: commits,

  figures: (outcomes) => outcomes.map(({ trial, result }) => ({ trial, result })),

  table: (figures) =>
    [
      '| readings a commit | bytes written a reading | bytes in the file a reading | readings/s | a commit, p50 / p99 |',
      '| --- | --- | --- | --- | --- |',
      ...(figures as Pick<Outcome, 'trial' | 'result'>[]).map(
        ({ trial, result }) =>
          `| ${trial.group} | ${result.bytesPerReading} | ${result.fileBytesPerReading} | ${result.readingsPerSecond} | ${result.commitP50} / ${result.commitP99} ms |`,
      ),
    ].join('\n'),
};
