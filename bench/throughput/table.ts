import type { TrialResult } from '../support/bench.js';

interface Speed {
  readonly perSecond: number;
  readonly mainMicros: number;
  readonly otherMicros: number;
  readonly brokerMicros: number;
  readonly driverMicros: number;
  readonly mainShare: number;
}

/** Medians over the rounds of a run. */
export interface ThroughputFigures {
  readonly backlog: {
    readonly daemon: Speed;
    readonly echo: Speed;
    readonly ratio: number;
    readonly ratios: readonly number[];
  };
  readonly latency: readonly TrialResult[];
  readonly memory: readonly {
    readonly series: number;
    readonly form: string;
    readonly even: number; // bytes, and so are the next two
    readonly peak: number;
    readonly settled: number;
  }[];
  readonly startMs: { readonly daemon: number; readonly echo: number };
  readonly replay?: TrialResult;
  readonly bytesPerReading: number;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const megabytes = (bytes: number): string => `${whole(bytes / 1e6)} MB`;

export function throughputTable({
  backlog,
  latency,
  memory,
  startMs,
  replay,
  bytesPerReading,
}: ThroughputFigures): string {
  const { daemon, echo, ratio, ratios } = backlog;
  const cpu = ({ mainMicros, otherMicros }: Speed): string => `${mainMicros} + ${otherMicros} µs`;
  const rows: string[][] = [
    [
      'readings/s, 1,000 series',
      whole(daemon.perSecond),
      whole(echo.perSecond),
      `ratio **${ratio}** (${ratios.join(', ')}); ≥ 0.6`,
    ],
    [
      'CPU a reading: main thread + others',
      cpu(daemon),
      cpu(echo),
      `broker ${daemon.brokerMicros} and ${echo.brokerMicros} µs`,
    ],
    ['main thread busy', `${whole(100 * daemon.mainShare)} %`, `${whole(100 * echo.mainShare)} %`, ''],
  ];
  for (const rate of new Set(latency.map((row) => Number(row.rate)))) {
    const [ours, peer] = ['daemon', 'echo'].map((subject) =>
      latency.find((row) => row.rate === rate && row.subject === subject),
    );
    const cell = (row?: TrialResult): string => (row ? `${row.p50} / ${row.p95} / ${row.p99} ms` : '–');
    rows.push([
      `latency p50 / p95 / p99 at ${whole(rate)}/s`,
      cell(ours),
      cell(peer),
      rate === 100 ? 'p99 ≤ 20 ms' : '',
    ]);
  }
  rows.push(['start to first answer', `${whole(startMs.daemon)} ms`, `${whole(startMs.echo)} ms`, '≤ 2 s']);
  for (const { series, form, even, peak } of memory) {
    const what = form === 'number' ? 'no season' : 'season of 1,440 steps';
    rows.push([
      `peak memory, ${whole(series)} series, ${what}`,
      `${megabytes(even)} at 1,000/s, ${megabytes(peak)} after a backlog`,
      '',
      series === 1000 ? '≤ 220 MB' : '',
    ]);
  }
  for (const form of ['number', 'minutes']) {
    const [few, many] = [10, 10_000].map((count) => memory.find((row) => row.form === form && row.series === count));
    if (few && many)
      rows.push([
        `a series${form === 'number' ? '' : ' with that season'}`,
        `${((many.peak - few.peak) / (many.series - few.series) / 1000).toFixed(1)} kB`,
        '',
        'of the second',
      ]);
  }
  if (replay) {
    rows.push([
      'replay after SIGKILL, 1,000 series',
      `${replay.seconds} s for ${whole(Number(replay.replayed))} readings`,
      '',
      `≤ 10 s; ${replay.toForecast} s from start to forecast`,
    ]);
  }
  rows.push(['bytes written a reading, groups of 100', whole(bytesPerReading), '', '≤ 1,500']);
  return [
    '| | stepcast | bare mqtt.js client | |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}
