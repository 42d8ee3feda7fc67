import type { Config } from '../config/config.js';
import type { Io } from '../io.js';
import type { BacktestCommand } from './backtest.js';
import type { Finding } from './checks/finding.js';
import type { DemoCommand } from './demo.js';
import type { StoredAccuracy, StoredForecast, StoredSeries } from './storedRows.js';

export interface ForecastQuery {
  readonly series: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly issued: 'latest' | 'all' | number;
  readonly horizon?: number;
}

/** What the commands set going. Each is loaded when it is called: help and usage errors need none of it. */
export interface Bodies {
  runDaemon(config: Config, io: Io & { readonly signal: AbortSignal }): Promise<void>;
  runDemo(options: DemoCommand, io: Io & { readonly signal: AbortSignal }): Promise<void>;
  runBacktest(options: BacktestCommand, io: Io): Promise<void>;
  listSeries(db: string): Promise<readonly StoredSeries[]>;
  queryForecasts(db: string, query: ForecastQuery): Promise<readonly StoredForecast[]>;
  liveAccuracy(db: string, series: string, lastN: number): Promise<StoredAccuracy | undefined>;
  /** Checks of everything around the configuration, each given as soon as it is known. */
  checkSurroundings(config: Config): AsyncIterable<Finding>;
}

export const bodies: Bodies = {
  runDaemon: async (config, { signal, stderr, env }) => {
    const [{ runDaemon }, { createLogger }] = await Promise.all([import('../main.js'), import('../log.js')]);
    await runDaemon(config, { signal, log: createLogger(config.log, stderr, env) });
  },
  runDemo: async (...args) => (await import('../demo/demo.js')).runDemo(...args),
  runBacktest: async (...args) => (await import('./runBacktest.js')).runBacktest(...args),
  listSeries: async (...args) => (await import('../storage/queries.js')).listSeries(...args),
  queryForecasts: async (...args) => (await import('../storage/queries.js')).queryForecasts(...args),
  liveAccuracy: async (...args) => (await import('../storage/queries.js')).liveAccuracy(...args),
  checkSurroundings: async function* (config) {
    yield* (await import('./checks/checkSurroundings.js')).checkSurroundings(config);
  },
};
