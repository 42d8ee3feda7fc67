import type { SourceStatus } from '../amqp/amqpSource.js';
import type { StepcastError } from '../errors.js';
import type { Logger } from '../log.js';
import type { BrokerStatus } from '../mqtt/brokerConnection.js';
import type { Clock } from '../pipeline/clock.js';
import type { Counters } from '../pipeline/counters.js';
import { liveCoverage } from '../pipeline/liveCoverage.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import type { ForecastPublisher } from '../publish/forecastPublisher.js';
import type { Progress } from './progress.js';

const everyMs = 10_000;
const longAwayMs = 60_000; // of the broker: that is no restart of it any more
const longStallMs = 60_000;

interface Parts {
  source: { readonly unacknowledged: number };
  publisher: ForecastPublisher;
  counts: Counters;
  book: SeriesBook;
  store: object;
  clock: Clock;
  progress: Pick<Progress, 'stalled'>;
}

/** What the daemon says of itself: to the log, on the status topic and, retained, on the health topic. */
export function reportHealth(log: Logger) {
  let parts: Parts | undefined;
  let storeProblem: StepcastError | undefined;
  let brokerAway: { readonly line: string; readonly sinceMs: number } | undefined;
  let sourceAway: typeof brokerAway;
  let topicsRefused: StepcastError | undefined;
  const publishesRefused = new Map<string, StepcastError>(); // by the kind of topic, since the last report
  const refusalsTold = new Set<string>();
  const silenceTold = new Set<string>(); // of covariates
  let wasReady = false;

  const problems = (): string[] => {
    const told: ({ readonly line: string } | undefined)[] = [storeProblem, topicsRefused, ...publishesRefused.values()];
    for (const away of [brokerAway, sourceAway])
      if (away && performance.now() - away.sinceMs > longAwayMs) told.push(away);
    const stall = parts?.progress.stalled(longStallMs);
    return [...told.flatMap((problem) => (problem ? [problem.line] : [])), ...(stall === undefined ? [] : [stall])];
  };

  const health = () => ({
    status: problems().length > 0 ? ('degraded' as const) : ('ok' as const),
    reasons: problems(),
    series: parts?.book.size ?? 0,
    unacknowledged: parts?.source.unacknowledged ?? 0,
    outbox: parts?.publisher.counts(),
  });

  /** What stands, retained, on the health topic. */
  const document = () => ({
    ...health(),
    ...(parts && {
      counts: parts.counts,
      coverage: liveCoverage(parts.book.entries),
      time: parts.clock.nowMs(),
    }),
  });

  const tell = (): void => {
    if (!parts) return;
    parts.publisher.status(problems().length > 0 ? 'degraded' : 'online');
    parts.publisher.health(document());
  };

  const tellOfSilence = ({ covariates, entries }: SeriesBook): void => {
    for (const { seriesId, settings } of entries) {
      for (const { name, series } of settings.covariates ?? []) {
        if (series === seriesId || silenceTold.has(series) || covariates.of(series)?.count) continue;
        silenceTold.add(series);
        log.warn(
          { series: seriesId, covariate: name },
          `the covariate ${series} was not heard yet: it counts as missing`,
        );
      }
    }
  };

  return {
    health,
    document,
    start: (started: Parts): (() => void) => {
      parts = started;
      const timer = setInterval(() => {
        tell();
        tellOfSilence(started.book);
        publishesRefused.clear();
      }, everyMs);
      tell();
      return () => clearInterval(timer);
    },
    /** The store cannot commit (nothing is acknowledged meanwhile), or, undefined, can again. */
    storeProblem: (problem: StepcastError | undefined): void => {
      if (problem) log.error({ code: problem.code }, problem.line);
      else if (storeProblem) log.info('the store commits again');
      storeProblem = problem;
      tell();
    },
    /** `kind` is what such topics have in common: of each, the first is logged. Told on the health topic by its own pace, for that may be refused too. */
    publishRefused: (kind: string, problem: StepcastError): void => {
      publishesRefused.set(kind, problem);
      if (refusalsTold.has(kind)) return;
      refusalsTold.add(kind);
      log.error({ code: problem.code }, problem.line);
    },
    /** @param refuse is told of an answer of the broker that waiting will not change, before it was ever reached. */
    broker: (status: BrokerStatus, refuse: (error: StepcastError) => void, onReady: () => void): void => {
      if (status.state === 'connected') {
        log.info({ mqtt: status.protocolVersion === 5 ? '5' : '3.1.1', resumed: status.resumed }, 'connected');
        brokerAway = undefined;
        tell();
      } else if (status.state === 'subscribed') {
        const { granted, refused } = status;
        if (refused && granted === 0 && !wasReady) {
          refuse(refused);
          return;
        }
        if (refused && refused.line !== topicsRefused?.line) log.error({ code: refused.code }, refused.line);
        topicsRefused = refused;
        tell();
        if (granted > 0) log.info('listening');
        if (!wasReady) onReady();
        wasReady = true;
      } else if (status.state === 'away') {
        if (status.misconfigured && !wasReady) refuse(status.error);
        const { code, line } = status.error;
        if (brokerAway?.line !== line) log.warn({ code, retryMs: Math.round(status.retryMs) }, line);
        brokerAway = { line, sinceMs: brokerAway?.sinceMs ?? performance.now() };
      }
    },
    /** As `broker`, of the queues of a fleet. */
    source: (status: SourceStatus, refuse: (error: StepcastError) => void, onReady: () => void): void => {
      if (status.state === 'listening') {
        log.info({ partitions: status.partitions }, 'listening');
        sourceAway = undefined;
        tell();
        if (!wasReady) onReady();
        wasReady = true;
      } else if (status.state === 'away') {
        if (status.misconfigured && !wasReady) refuse(status.error);
        const { code, line } = status.error;
        if (sourceAway?.line !== line) log.warn({ code, retryMs: Math.round(status.retryMs) }, line);
        sourceAway = { line, sinceMs: sourceAway?.sinceMs ?? performance.now() };
      }
    },
  };
}
