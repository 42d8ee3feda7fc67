import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.js';
import { StepcastError } from '../errors.js';
import type { ApiHealth, ApiNode } from '../http/api.js';
import type { HttpServer } from '../http/httpServer.js';
import { LiveFeed } from '../http/liveFeed.js';
import type { Questions } from '../http/questions.js';
import type { Logger } from '../log.js';
import type { Clock } from '../pipeline/clock.js';
import type { Decision } from '../pipeline/modelVersions.js';
import type { ForecastSink } from '../pipeline/ports.js';
import { version } from '../version.js';

const tryAgainMs = 10_000;

export interface HttpOfNodeOptions {
  readonly questions: Questions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly series: () => number;
  readonly health: () => ApiHealth;
  readonly document: () => ApiHealth; // the same, with everything that the health topic says
  readonly metrics?: () => Promise<string>;
}

export interface HttpOfNode {
  /** The sink, with browsers beside it that hear what it is told. */
  heard(sink: Required<ForecastSink>): Required<ForecastSink>;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Dashboard and interface of this machine. Forecasts do not depend on them: an address that is taken, or not there yet, is told of and
 * tried again for ever.
 */
export function httpOfNode({ http, node }: Config, options: HttpOfNodeOptions): HttpOfNode {
  const { questions, clock, log, metrics } = options;
  const { listen } = http;
  if (!listen) return { heard: (sink) => sink, start: () => {}, stop: async () => {} };
  const started = clock.nowMs();
  const about = (): ApiNode => ({ node, version, started, time: clock.nowMs(), series: options.series() });
  const live = new LiveFeed({
    node: about,
    health: () => {
      const { status, reasons } = options.health();
      return { status, reasons };
    },
  });
  let server: HttpServer | undefined;
  let starting: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let told = '';

  const open = async (): Promise<void> => {
    const { createHttpServer } = await import('../http/httpServer.js');
    const opened = await createHttpServer({
      ...{ listen, hosts: http.hosts, hostName: hostname(), questions, live, node: about, health: options.document },
      nowMs: () => clock.nowMs(),
      ...(http.token !== undefined && { token: http.token }),
      ...(metrics && { metrics }),
      dashboard: fileURLToPath(new URL('./dashboard/', import.meta.url)),
      onFailure: (error, path) => log.error({ path, problem: String(error) }, 'a request could not be answered'),
    });
    if (stopped) return;
    const url = await opened.start();
    server = opened;
    log.info({ url }, 'dashboard');
  };
  const openOrRetry = (): void => {
    starting = open().catch((error) => {
      const line = error instanceof StepcastError ? error.line : String(error);
      if (line !== told) log.error({ code: error.code }, `${line}; forecasts go on without it`);
      told = line;
      if (!stopped) timer = setTimeout(openOrRetry, tryAgainMs);
    });
  };

  return {
    heard: (sink) => ({
      publish: (forecasts) => {
        sink.publish(forecasts);
        live.forecasts(forecasts);
      },
      gaps: (gaps) => {
        sink.gaps(gaps);
        for (const gap of gaps) live.gap(gap);
      },
      decisions: (decisions) => {
        sink.decisions(decisions);
        for (const decision of decisions) live.decision(rowOf(decision));
      },
    }),
    start: openOrRetry,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await starting;
      await server?.stop();
    },
  };
}

/** As the view `decisions` has it. */
const rowOf = ({ timeMs, durationMs, series, ...decision }: Decision) => ({
  ...{ time: timeMs, ...decision, series: series ?? null, duration: durationMs },
});
