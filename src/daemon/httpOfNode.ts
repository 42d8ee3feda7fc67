import type { Config } from '../config/config.js';
import type { ApiHealth, ApiNode } from '../http/api.js';
import { LiveTap } from '../http/liveTap.js';
import type { Logger } from '../log.js';
import type { Clock } from '../pipeline/clock.js';
import type { Decision } from '../pipeline/modelVersions.js';
import type { ForecastSink } from '../pipeline/ports.js';
import { version } from '../version.js';
import { HttpThread } from './httpThread.js';
import { databaseOf } from './questionsOfNode.js';

export interface HttpOfNodeOptions {
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
 * Dashboard and interface of this machine, in a thread of their own. Forecasts do not depend on them: an address that is taken, or not there
 * yet, is told of and tried again for ever.
 */
export function httpOfNode(config: Config, options: HttpOfNodeOptions): HttpOfNode {
  const { http, node } = config;
  const { clock, log, series, document, metrics } = options;
  if (!http.listen) return { heard: (sink) => sink, start: () => {}, stop: async () => {} };
  const started = clock.nowMs();
  const about = (): ApiNode => ({ node, version, started, time: clock.nowMs(), series: series() });
  const health = (): ApiHealth => {
    const { status, reasons } = options.health();
    return { status, reasons };
  };
  const aheadMs = (): number => clock.nowMs() - Date.now();
  const tap = new LiveTap({ health, send: (heard) => thread.post({ kind: 'heard', heard }) });
  const thread = new HttpThread({
    order: () => ({ http, db: databaseOf(config), hasMetrics: metrics !== undefined, aheadMs: aheadMs() }),
    says: {
      state: () => ({ node: about(), health: health() }),
      health: document,
      metrics: async () => (await metrics?.()) ?? '',
    },
    onListeners: (wanted) => tap.listeners(wanted),
    onTaken: () => tap.taken(),
    onLost: () => tap.lost(),
    ...{ aheadMs, log },
  });

  return {
    heard: (sink) => ({
      publish: (forecasts) => {
        sink.publish(forecasts);
        tap.forecasts(forecasts);
      },
      gaps: (gaps) => {
        sink.gaps(gaps);
        tap.gaps(gaps);
      },
      decisions: (decisions) => {
        sink.decisions(decisions);
        tap.decisions(decisions.map(rowOf));
      },
    }),
    start: () => thread.start(),
    stop: async () => {
      await thread.stop();
      tap.lost();
    },
  };
}

/** As the view `decisions` has it. */
const rowOf = ({ timeMs, durationMs, series, ...decision }: Decision) => ({
  ...{ time: timeMs, ...decision, series: series ?? null, duration: durationMs },
});
