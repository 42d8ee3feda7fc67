/*
 * The thread of the dashboard and its interface. It reads the database itself, so that a question waits neither for the flow of readings nor
 * holds it up; what only the daemon knows it asks for by message.
 */
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { isPostgres } from '../config/postgresAddress.js';
import { StepcastError } from '../errors.js';
import type { ApiHealth } from '../http/api.js';
import { createHttpServer, type HttpServer } from '../http/httpServer.js';
import { LiveFeed } from '../http/liveFeed.js';
import { AskedDaemon } from './askedDaemon.js';
import { FileAnswers } from './fileAnswers.js';
import type { DaemonSays, FromHttpThread, HttpThreadOrder, ToHttpThread } from './httpProtocol.js';
import { QueryThreads, usualBudget } from './queryThreads.js';

const tryAgainMs = 10_000;

const { http, db, hasMetrics, ...order } = workerData as HttpThreadOrder;
const { listen, hosts, token } = http;
const port = parentPort!;
const post = (message: FromHttpThread): void => port.postMessage(message);
const daemon = new AskedDaemon(post);
const file = isPostgres(db) ? undefined : new FileAnswers(db, usualBudget);
const questions = new QueryThreads({ db, ...(file && { here: file }) });

let { aheadMs } = order;
let known: DaemonSays['state'] | undefined; // since somebody asked
const live = new LiveFeed({
  node: () => known!.node,
  health: () => known!.health,
  onListeners: (wanted) => post({ kind: 'listeners', wanted }),
});
let server: HttpServer | undefined;
let starting: Promise<void>;
let timer: NodeJS.Timeout | undefined;
let stopped = false;
let told = '';

async function open(): Promise<void> {
  const opened = await createHttpServer({
    ...{ listen: listen!, hosts, hostName: hostname(), questions, live },
    node: async () => {
      known = await daemon.ask('state');
      return known.node;
    },
    health: () => daemon.ask('health').catch(unheard),
    nowMs: () => Math.floor(Date.now() + aheadMs),
    ...(token !== undefined && { token }),
    ...(hasMetrics && { metrics: () => daemon.ask('metrics') }),
    dashboard: fileURLToPath(new URL('./dashboard/', import.meta.url)),
    onFailure: (error, path) => say('error', 'a request could not be answered', { path, problem: String(error) }),
  });
  if (stopped) return;
  const url = await opened.start();
  server = opened;
  say('info', 'dashboard', { url });
}

function openOrRetry(): void {
  starting = open().catch((error) => {
    const line = error instanceof StepcastError ? error.line : String(error);
    if (line !== told) say('error', `${line}; forecasts go on without it`, { code: error.code });
    told = line;
    if (!stopped) timer = setTimeout(openOrRetry, tryAgainMs);
  });
}

async function stop(): Promise<void> {
  stopped = true;
  clearTimeout(timer);
  await starting;
  await server?.stop();
  await questions.stop();
  file?.close();
  port.close();
}

function say(level: 'info' | 'error', message: string, details: object): void {
  post({ kind: 'log', level, details, message });
}

const unheard = (error: Error): ApiHealth => ({
  status: 'degraded',
  reasons: [error instanceof StepcastError ? error.line : error.message],
});

port.on('message', (message: ToHttpThread) => {
  switch (message.kind) {
    case 'answer':
      return daemon.answered(message.what, message.value);
    case 'failure':
      return daemon.failed(message.what, message.message);
    case 'heard': {
      const { health, ...heard } = message.heard;
      if (known && health) known = { ...known, health };
      live.hear(heard);
      return post({ kind: 'taken' });
    }
    case 'beat':
      aheadMs = message.aheadMs;
      return post({ kind: 'beat' });
    case 'stop':
      return void stop();
  }
});
openOrRetry();
