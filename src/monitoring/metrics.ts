import { Counter, Histogram, Registry } from 'prom-client';
import type { Decision } from '../pipeline/modelVersions.js';
import type { Forecast } from '../pipeline/ports.js';
import { deviceMetrics } from './deviceMetrics.js';
import type { MetricSources } from './metricSources.js';
import { processMetrics } from './processMetrics.js';
import { type Labelled, readCounter, readGauge } from './readings.js';
import { SeriesMetrics } from './seriesMetrics.js';

export interface Metrics {
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  /** Of one turn that published something: from the arrival of its first message. */
  published(latencyMs: number): void;
  committed(durationMs: number): void;
  decided(decisions: readonly Decision[]): void;
  /** For the metrics by series, where they are wanted. */
  forecasts(forecasts: readonly Forecast[]): void;
}

const latencyBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const commitBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const mostReasons = 50;

/** Everything `/metrics` says. `bySeries` adds four gauges a series. */
export function createMetrics(sources: MetricSources, { bySeries = false } = {}): Metrics {
  const registry = new Registry();
  processMetrics(registry);
  const { counts, broker, store, published, models } = sources;
  const counter = (name: string, help: string, read: () => number | Labelled, labels?: readonly string[]): void =>
    readCounter(registry, { name, help, labels }, read);
  const gauge = (name: string, help: string, read: () => number | Labelled, labels?: readonly string[]): void =>
    readGauge(registry, { name, help, labels }, read);

  gauge(
    'stepcast_build_info',
    'Version of the daemon; always 1.',
    () => [[{ version: sources.version, node: process.version }, 1]],
    ['version', 'node'],
  );
  gauge('stepcast_healthy', 'Whether nothing is wrong: 1 or 0.', () => Number(sources.healthy()));
  gauge('stepcast_series', 'Series that are known.', sources.series);
  counter('stepcast_readings_total', 'Readings taken.', () => counts.readings);
  counter('stepcast_readings_late_total', 'Readings that came after their step was closed.', () => counts.late);
  counter('stepcast_readings_duplicate_total', 'Readings delivered again, and dropped.', () => counts.duplicates);
  counter(
    'stepcast_readings_untimely_total',
    'Readings whose own time could not be believed, by what was wrong with the clock.',
    () => [
      [{ clock: 'unset' }, counts.clockUnset],
      [{ clock: 'ahead' }, counts.clockAhead],
    ],
    ['clock'],
  );
  counter('stepcast_series_restarts_total', 'Times a device clock was set back for good.', () => counts.restarts);
  counter('stepcast_gaps_total', 'Gaps noticed in what was heard.', () => counts.gaps);
  counter(
    'stepcast_rejects_total',
    'Payloads, or parts of them, that could not be used.',
    () => rejectsBy(counts.rejects),
    ['reason'],
  );
  counter('stepcast_forecasts_total', 'Forecasts made.', () => counts.forecasts);
  counter(
    'stepcast_forecasts_published_total',
    'What became of forecasts on their way to the broker.',
    () => {
      const { sent, superseded, dropped } = published();
      return [
        [{ outcome: 'sent' }, sent],
        [{ outcome: 'superseded' }, superseded],
        [{ outcome: 'dropped' }, dropped],
      ];
    },
    ['outcome'],
  );
  gauge('stepcast_forecasts_waiting', 'Forecasts that wait for the broker.', () => published().waiting);
  gauge(
    'stepcast_coverage_error_ratio',
    'Mean distance of the intervals’ coverage from the nominal one, over all series.',
    () => sources.coverage().meanError ?? Number.NaN,
  );
  gauge('stepcast_broker_connected', 'Whether the broker is there: 1 or 0.', () => Number(broker().connected));
  counter('stepcast_broker_connections_total', 'Connections made to the broker.', () => broker().connections);
  gauge('stepcast_unacknowledged_messages', 'Delivered and not yet committed.', () => broker().unacknowledged);
  counter('stepcast_commits_total', 'Transactions of readings and forecasts.', () => store().commits);
  gauge('stepcast_commits_pending', 'Transactions under way.', () => store().pendingCommits);
  gauge(
    'stepcast_store_size_bytes',
    'Size of the database and its write-ahead log.',
    () => [
      [{ file: 'database' }, store().databaseBytes],
      [{ file: 'wal' }, store().walBytes],
    ],
    ['file'],
  );
  gauge('stepcast_store_free_bytes', 'Room on the disk of the database.', () => store().freeBytes);
  gauge('stepcast_models', 'Versions of models.', () => modelsBy(models()), ['state', 'origin']);

  const latency = new Histogram({
    name: 'stepcast_publish_latency_seconds',
    help: 'From the arrival of a message to its forecast on the way out; the slowest of each turn of the event loop.',
    ...{ buckets: latencyBuckets, registers: [registry] },
  });
  const commits = new Histogram({
    name: 'stepcast_commit_duration_seconds',
    help: 'From handing a transaction to the storage thread until it is safe on disk.',
    ...{ buckets: commitBuckets, registers: [registry] },
  });
  const decisions = new Counter({
    name: 'stepcast_model_decisions_total',
    help: 'Decisions about models.',
    ...{ labelNames: ['kind', 'verdict'], registers: [registry] },
  });
  const learning = new Counter({
    name: 'stepcast_learning_seconds_total',
    help: 'Time spent on fine-tunes.',
    registers: [registry],
  });
  if (sources.devices) deviceMetrics(registry, sources.devices);
  const series = bySeries ? new SeriesMetrics(registry) : undefined;

  return {
    text: () => registry.metrics(),
    published: (ms) => latency.observe(ms / 1000),
    committed: (ms) => commits.observe(ms / 1000),
    decided: (taken) => {
      for (const { kind, verdict, durationMs } of taken) {
        decisions.inc({ kind, verdict });
        if (kind === 'gate') learning.inc(durationMs / 1000);
      }
    },
    forecasts: (issued) => series?.hear(issued),
  };
}

/** Reasons are words of the program; should they ever be many, the rest of them is one. */
function rejectsBy(rejects: Readonly<Record<string, number>>): Labelled {
  const all = Object.entries(rejects);
  const rest = all.slice(mostReasons).reduce((sum, [, count]) => sum + count, 0);
  return [...all.slice(0, mostReasons), ...(rest > 0 ? ([['other', rest]] as const) : [])].map(
    ([reason, count]) => [{ reason }, count] as const,
  );
}

function modelsBy(versions: ReturnType<MetricSources['models']>): Labelled {
  const counts = new Map<string, number>();
  for (const { state, origin } of versions) {
    const key = `${state} ${origin}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => {
    const [state, origin] = key.split(' ');
    return [{ state, origin }, count] as const;
  });
}
