import type { StepcastError } from '../errors.js';
import type { Logger } from '../log.js';
import type { BrokerConnection, BrokerStatus } from '../mqtt/brokerConnection.js';
import type { Clock } from '../pipeline/clock.js';
import type { Counters } from '../pipeline/counters.js';
import { liveCoverage } from '../pipeline/liveCoverage.js';
import type { SeriesBook } from '../pipeline/seriesBook.js';
import type { ForecastPublisher } from '../publish/forecastPublisher.js';

const everyMs = 10_000;

interface Parts {
  connection: Pick<BrokerConnection, 'unacknowledged'>;
  publisher: ForecastPublisher;
  counts: Counters;
  book: SeriesBook;
  store: object;
  clock: Clock;
}

/** What the daemon says of itself: to the log, on the status topic and, retained, on the health topic. */
export function reportHealth(log: Logger) {
  let parts: Parts | undefined;
  let storeProblem: StepcastError | undefined;
  let brokerAway: string | undefined;
  let topicsRefused: StepcastError | undefined;
  const publishesRefused = new Map<string, StepcastError>(); // by the kind of topic, since the last report
  const refusalsTold = new Set<string>();
  const silenceTold = new Set<string>(); // of covariates
  let wasReady = false;

  const problems = (): string[] =>
    [storeProblem, topicsRefused, ...publishesRefused.values()].flatMap((problem) => (problem ? [problem.line] : []));

  const health = () => ({
    status: problems().length > 0 ? 'degraded' : 'ok',
    reasons: problems(),
    series: parts?.book.size ?? 0,
    unacknowledged: parts?.connection.unacknowledged ?? 0,
    outbox: parts?.publisher.counts(),
  });

  const tell = (): void => {
    if (!parts) return;
    const { publisher, counts, clock, book } = parts;
    publisher.status(problems().length > 0 ? 'degraded' : 'online');
    publisher.health({ ...health(), counts, coverage: liveCoverage(book.entries), time: clock.nowMs() });
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
        if (brokerAway !== status.error.line)
          log.warn({ code: status.error.code, retryMs: Math.round(status.retryMs) }, status.error.line);
        brokerAway = status.error.line;
      }
    },
  };
}
