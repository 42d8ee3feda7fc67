import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { type Observable, ReplaySubject, Subject } from 'rxjs';
import { backoffMs } from '../backoff.js';
import type { StepcastError } from '../errors.js';
import { createStreamReader, type StreamReaderOptions, type StreamSource } from '../payloads/streamReader.js';
import type { DecodedObservation, Delivery, Lease, LostPartition } from '../pipeline/ports.js';
import { amqpProblem } from './amqpProblem.js';
import { type AmqpSettings, prefetchOf } from './amqpSettings.js';
import { connectAmqp } from './connectAmqp.js';
import { bindReadings, declareTopology } from './declareTopology.js';
import { Partition } from './partition.js';
import { preferredWorker, standbyRank } from './preference.js';
import { Roster } from './roster.js';
import { topicOfRoutingKey, topologyOf } from './topology.js';

export type SourceStatus =
  | { readonly state: 'connected'; readonly url: string }
  /** In the line of its own partitions; of the others a moment later. */
  | { readonly state: 'listening'; readonly partitions: number }
  | { readonly state: 'away'; readonly error: StepcastError; readonly misconfigured: boolean; readonly retryMs: number }
  | { readonly state: 'closed' };

export interface AmqpSourceOptions extends StreamReaderOptions {
  readonly settings: AmqpSettings;
  readonly nowMs: () => number;
  readonly random: () => number; // [0, 1), for the jitter
  readonly onProblem: (message: string, details: object) => void;
}

export interface AmqpSource extends StreamSource {
  readonly lost$: Observable<LostPartition>;
  readonly status$: Observable<SourceStatus>; // replays the latest
  readonly unacknowledged: number;
  readonly partitions: number; // that this worker has now
  start(): void;
  /** Gives back what is not acknowledged, and its partitions to the others. */
  close(): Promise<void>;
}

const stableMs = 10_000;
const highestTurn = 3; // standbys beyond come at the same time: which of them is next but two is nobody's concern

/**
 * Readings from a fleet's queues. A worker takes its place in the line of its own partitions first, and of all others in turn, as a standby; when it
 * hears that the worker a partition belongs to is there again, it gives the partition back.
 */
export const createAmqpSource = (options: AmqpSourceOptions): AmqpSource => {
  const { settings, nowMs, random, onProblem } = options;
  const { group, worker, workers } = settings;
  const deliveries$ = new Subject<Delivery>();
  const lost$ = new Subject<LostPartition>();
  const status$ = new ReplaySubject<SourceStatus>(1);
  const reader = createStreamReader(options);
  const prefetch = prefetchOf(settings);
  const timers = new Map<number | 'retry' | 'stable', NodeJS.Timeout>();
  let topology = topologyOf(
    settings,
    options.streams.map(({ filter }) => filter),
  );
  let connection: ChannelModel | undefined;
  let draining = false;
  let closing = false;
  let attempt = 0;
  let nextUrl = 0;

  const partitions = topology.queues.map(
    (queue, partition) =>
      new Partition({
        ...{ queue, prefetch },
        take: (message, settle, lease) => take(message, settle, partition, lease),
        lost: (isGone) => new Promise((released) => lost$.next({ partition, isGone, released: () => released() })),
        ended: (error) => {
          const on = connection;
          setImmediate(() => {
            if (!on || on !== connection || draining) return; // the connection ended, and its channels before it
            onProblem('a partition ended', { partition, problem: error?.message });
            later(partition, settings.standbyMs, () => register(partition));
          });
        },
      }),
  );

  const take = (message: ConsumeMessage, settle: () => void, partition: number, lease: Lease): void => {
    const { fields, properties, content } = message;
    const topic = topicOfRoutingKey(fields.routingKey);
    const stream = reader.streamOf(topic);
    if (stream < 0) {
      settle();
      return;
    }
    const arrivedMs = nowMs();
    const text = {
      topic,
      payload: content,
      contentType: properties.contentType as string | undefined,
      retained: false,
    };
    const { observations, rejects } = reader.read(text, arrivedMs, stream);
    if (observations.length === 0 && rejects.length === 0) {
      settle();
      return;
    }
    deliveries$.next({
      ...{
        topic,
        rejects,
        arrivedMs,
        partition,
        lease,
        packetId: undefined,
        redelivered: fields.redelivered,
        session: 0,
      },
      observations: stamped(observations, brokerStampMs(message)),
      acknowledge: settle,
    });
  };

  const later = (name: number | 'retry' | 'stable', ms: number, work: () => unknown): void => {
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(work, ms));
  };
  const forgetTimers = (): void => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  };

  const register = async (partition: number): Promise<void> => {
    const on = connection;
    if (!on || draining) return;
    try {
      await partitions[partition]!.register(on);
    } catch (error) {
      if (on !== connection) return;
      onProblem('a partition cannot be had', { partition, problem: (error as Error).message });
      later(partition, settings.standbyMs + backoffMs(2, random), () => register(partition));
    }
  };
  const standBy = (partition: number): void => {
    const turn = Math.min(standbyRank(partition, worker, workers), highestTurn);
    later(partition, Math.max(1, turn) * settings.standbyMs, () => register(partition));
  };

  const roster = new Roster({
    ...{ group, worker, workers, exchange: topology.hello, onProblem },
    onReturn: (other) => {
      if (draining) return;
      for (const [partition, held] of partitions.entries()) {
        const isTheirs = preferredWorker(partition, other.workers) === other.worker;
        if (isTheirs && held.isRegistered) void held.handBack().then(() => standBy(partition));
      }
    },
  });

  const open = async (): Promise<void> => {
    const url = settings.urls[nextUrl++ % settings.urls.length]!;
    let opened: ChannelModel;
    try {
      opened = await connectAmqp(url, settings, `stepcast ${group} worker ${worker}`);
    } catch (error) {
      retry(url, error);
      return;
    }
    if (closing) {
      await opened.close().catch(() => {});
      return;
    }
    connection = opened;
    opened.once('close', (error?: Error) => gone(opened, url, error));
    status$.next({ state: 'connected', url });
    try {
      await declareTopology(opened, group, topology);
      await roster.join(opened);
      const own = partitions.flatMap((_, partition) =>
        preferredWorker(partition, workers) === worker ? [partition] : [],
      );
      await Promise.all(own.map((partition) => partitions[partition]!.register(opened)));
      if (connection !== opened || draining) return;
      status$.next({ state: 'listening', partitions: own.length });
      for (const partition of partitions.keys()) if (!own.includes(partition)) standBy(partition);
      roster.greet();
      later('stable', stableMs, () => (attempt = 0));
    } catch (error) {
      if (connection !== opened) return; // told by its end
      connection = undefined;
      await opened.close().catch(() => {});
      cut();
      retry(url, error);
    }
  };

  const gone = (which: ChannelModel, url: string, error: Error | undefined): void => {
    if (connection !== which) return;
    connection = undefined;
    cut();
    retry(url, error ?? new Error('the connection was lost'));
  };
  const cut = (): void => {
    roster.leave();
    forgetTimers();
    for (const partition of partitions) partition.cut();
  };

  const retry = (url: string, cause: unknown): void => {
    if (closing) return;
    const retryMs = backoffMs(attempt++, random);
    status$.next({ state: 'away', ...amqpProblem(url, cause), retryMs });
    if (!closing) later('retry', retryMs, open);
  };

  return {
    ...{ deliveries$, lost$, status$ },
    get unacknowledged() {
      return partitions.reduce((sum, { outstanding }) => sum + outstanding, 0);
    },
    get partitions() {
      return partitions.reduce((sum, { isOurs }) => sum + Number(isOurs), 0);
    },
    start: () => {
      void open();
    },
    use: (streams) => {
      reader.use(streams);
      topology = topologyOf(
        settings,
        streams.map(({ filter }) => filter),
      );
      if (connection)
        bindReadings(connection, topology).catch((error) =>
          onProblem('streams cannot be bound', { problem: error.message }),
        );
    },
    seriesOf: reader.seriesOf,
    drain: () => {
      draining = true;
      roster.leave();
      forgetTimers();
      for (const partition of partitions) partition.drain();
      deliveries$.complete();
    },
    close: async () => {
      if (closing) return;
      closing = true;
      roster.leave();
      forgetTimers();
      const open = connection;
      connection = undefined;
      await Promise.all(partitions.map((partition) => partition.leave()));
      await open?.close().catch(() => {});
      status$.next({ state: 'closed' });
      status$.complete();
      lost$.complete();
    },
  };
};

/** When the broker had it, where it says so: the same however often it is delivered. */
const brokerStampMs = ({ properties }: ConsumeMessage): number | undefined => {
  const ms = (properties.headers as Record<string, unknown> | undefined)?.timestamp_in_ms;
  return typeof ms === 'number' && ms > 0 ? ms : undefined;
};

const stamped = (
  observations: readonly DecodedObservation[],
  stampMs: number | undefined,
): readonly DecodedObservation[] =>
  stampMs === undefined ? observations : observations.map((one) => ({ ...one, tMs: one.tMs ?? stampMs }));
