import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/config.js';
import type { DeviceReading } from '../monitoring/deviceMetrics.js';
import { createMetrics } from '../monitoring/metrics.js';
import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import type { Clock } from '../pipeline/clock.js';
import type { Counters } from '../pipeline/counters.js';
import { liveCoverage } from '../pipeline/liveCoverage.js';
import type { ModelRegistry } from '../pipeline/modelVersions.js';
import type { PipelineObserver } from '../pipeline/pipeline.js';
import type { ForecastSink } from '../pipeline/ports.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import type { ForecastPublisher } from '../publish/forecastPublisher.js';
import type { SqliteStore } from '../storage/sqliteStore.js';
import { version } from '../version.js';

interface Parts {
  readonly connection: BrokerConnection;
  readonly source: { readonly unacknowledged: number };
  readonly publisher: Pick<ForecastPublisher, 'counts'>;
  readonly counts: Counters;
  readonly book: SeriesBook;
  readonly store: Pick<SqliteStore, 'stats'>;
  readonly registry: Pick<ModelRegistry, 'versions'>;
  readonly clock: Clock;
  readonly healthy: () => boolean;
  readonly devices?: () => readonly DeviceReading[];
}

export interface MetricsOfNode {
  readonly text?: () => Promise<string>; // absent: nobody can ask
  readonly observer?: PipelineObserver;
  /** The sink, heard. */
  heard(sink: Required<ForecastSink>): Required<ForecastSink>;
  stop(): void;
}

/** What `/metrics` says of this machine. */
export function metricsOfNode({ store: { path }, http }: Config, parts: Parts): MetricsOfNode {
  if (!http.listen) return { heard: (sink) => sink, stop: () => {} };
  const { connection, source, publisher, counts, book, store, registry, clock, healthy, devices } = parts;
  let connections = 0;
  const status = connection.status$.subscribe(({ state }) => {
    if (state === 'connected') connections++;
  });
  const metrics = createMetrics(
    {
      ...{ version, counts, healthy, ...(devices && { devices }) },
      published: () => publisher.counts(),
      broker: () => ({ connected: connection.connected, connections, unacknowledged: source.unacknowledged }),
      store: () => ({ ...store.stats(), ...sizes(path) }),
      models: () => registry.versions(),
      series: () => book.size,
      coverage: () => liveCoverage(book.entries),
    },
    { bySeries: http.seriesMetrics },
  );
  const observer: PipelineObserver = {
    turn: ({ deliveries, published }) => {
      if (published.length > 0 && deliveries.length > 0) metrics.published(clock.nowMs() - deliveries[0].arrivedMs);
    },
    committing: () => {},
    committed: (durationMs) => metrics.committed(durationMs),
  };
  return {
    observer,
    text: () => metrics.text(),
    heard: (sink) => ({
      ...sink,
      publish: (forecasts) => {
        sink.publish(forecasts);
        metrics.forecasts(forecasts);
      },
      decisions: (decisions) => {
        sink.decisions(decisions);
        metrics.decided(decisions);
      },
    }),
    stop: () => status.unsubscribe(),
  };
}

function sizes(path: string) {
  const bytes = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const { bavail, bsize } = statfsSync(dirname(path));
  return { databaseBytes: bytes(path), walBytes: bytes(`${path}-wal`), freeBytes: bavail * bsize };
}
