import type { AddressInfo } from 'node:net';
import etag from '@fastify/etag';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { StepcastError } from '../errors.js';
import { Access } from './access.js';
import type { ApiHealth, ApiNode } from './api.js';
import { apiRoutes } from './apiRoutes.js';
import { isOurHost, isOurOrigin } from './hostNames.js';
import { type LiveFeed, mostLiveClients } from './liveFeed.js';
import { openApi } from './openApi.js';
import { type PageFile, pageFiles } from './pageFiles.js';
import { name, readParameters, toAfter } from './parameters.js';
import { problemType, Refusal, toProblem } from './problem.js';
import type { Questions } from './questions.js';
import { answerUnreadable } from './unreadableRequest.js';

export interface HttpServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly token?: string;
  readonly hostName: string; // of this machine
  readonly hosts?: readonly string[]; // further names it is asked for by
  readonly questions: Questions;
  readonly live: LiveFeed;
  readonly node: () => ApiNode | Promise<ApiNode>; // once it is answered, `live` knows it too
  readonly health: () => ApiHealth | Promise<ApiHealth>;
  readonly metrics?: () => Promise<string>;
  readonly dashboard: string; // folder of its files
  readonly nowMs: () => number;
  readonly onFailure: (error: unknown, path: string) => void; // mistakes of the program
  readonly perMinute?: number; // questions of one address; default 600
  readonly patienceMs?: number; // with a request that does not come to its end; default 10 s
}

export interface HttpServer {
  /** Resolves with its address. @throws {StepcastError} PORT_TAKEN. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

const open = new Set(['/healthz', '/api/session', '/api/openapi.json']);
const loginsPerMinute = 10;

/** The read-only interface and the dashboard's files. Nothing is listened to before `start`. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listen, questions, live, nowMs, perMinute = 600, patienceMs = 10_000 } = options;
  const access = new Access(options.token, nowMs);
  const files = pageFiles(options.dashboard);
  const isPage = (path: string | undefined): boolean => path === '/' || files.has(path ?? '');
  const names = { listenHost: listen.host, hostName: options.hostName, others: options.hosts ?? [] };
  const app = Fastify({
    bodyLimit: 4096,
    connectionTimeout: 90_000, // a client that neither sends nor takes anything; live clients are sent something every 15 s
    requestTimeout: patienceMs,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (_, __, reply) =>
      void sendProblem(reply, new Refusal(400, 'BAD_REQUEST', 'the address is not percent-encoded UTF-8'), 400),
    clientErrorHandler: answerUnreadable,
    http: { headersTimeout: patienceMs, connectionsCheckingInterval: patienceMs / 2, maxHeaderSize: 16_384 },
  });
  app.server.maxConnections = 256;

  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status === 500) options.onFailure(error, request.routeOptions.url ?? '');
    return sendProblem(reply, error, problem.status);
  });
  app.setNotFoundHandler((request) => {
    throw notFound(app, request);
  });
  await app.register(helmet, helmetOptions);
  await app.register(etag);
  app.addHook('onRequest', async ({ headers }) => {
    if (!isOurHost(headers.host, names)) {
      const shown = JSON.stringify((headers.host ?? '').slice(0, 64));
      throw new Refusal(
        421,
        'WRONG_HOST',
        `${shown} is no name of this machine; use its address or host name, or add it to http.hosts`,
      );
    }
  });
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    allowList: ({ routeOptions }) => routeOptions.url === '/healthz' || isPage(routeOptions.url),
    errorResponseBuilder: (_, { ttl }) =>
      new Refusal(
        429,
        'RATE_LIMITED',
        `too many requests; go on in ${Math.ceil(ttl / 1000)} s, and ask for more at once`,
      ),
  });
  app.addHook('preParsing', async ({ headers, routeOptions: { url: path } }) => {
    const site = headers['sec-fetch-site'] as string | undefined; // a link on another site may lead to the page
    if (!isOurOrigin(headers.origin, isPage(path) ? undefined : site, headers.host))
      throw new Refusal(403, 'FOREIGN_ORIGIN', 'pages of other sites may not ask here; there is no CORS');
    if (path === undefined || open.has(path) || isPage(path) || access.allows(headers)) return;
    const hint = 'send Authorization: Bearer TOKEN with the http.token of the configuration';
    throw new Refusal(401, 'UNAUTHORIZED', hint, { 'www-authenticate': 'Bearer realm="stepcast"' });
  });

  for (const { path, parameters, question } of apiRoutes) {
    app.get(path, async (request, reply) => {
      const now = nowMs();
      const asked = question(readParameters(parameters, request.query as object as Record<string, unknown>, now), now);
      const { json, etag, next } = await questions.ask(asked, gone(reply));
      if (next !== undefined) reply.header('link', nextLink(request, toAfter(next)));
      return reply
        .type('application/json; charset=utf-8')
        .headers({ etag, 'cache-control': 'no-cache' })
        .send(Buffer.from(json.buffer, json.byteOffset, json.byteLength));
    });
  }
  app.get('/api/node', async (_, reply) => reply.header('cache-control', 'no-store').send(await options.node()));
  app.get('/api/openapi.json', async (_, reply) => reply.header('cache-control', 'no-cache').send(openApi()));
  app.get('/api/live', { exposeHeadRoute: false }, async (request, reply) => {
    const wanted = { series: name('whose forecasts come in full') };
    const { series } = readParameters(wanted, request.query as Record<string, unknown>, nowMs());
    await options.node();
    if (live.clients >= mostLiveClients)
      throw new Refusal(503, 'TOO_MANY_LISTENERS', `${mostLiveClients} listen already; close some, or use MQTT`);
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' };
    reply.hijack();
    if (reply.raw.destroyed) return; // it has hung up meanwhile
    reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
    live.add(reply.raw, series, request.headers['last-event-id'] as string | undefined);
  });
  const logins = { config: { rateLimit: { max: loginsPerMinute, timeWindow: 60_000, allowList: [] } } };
  app.post('/api/session', logins, async (request, reply) => {
    const { token } = (request.body ?? {}) as { token?: unknown };
    if (typeof token !== 'string')
      throw new Refusal(400, 'QUERY_INVALID', 'expected {"token": "…"} as application/json');
    if (!access.isToken(token))
      throw new Refusal(401, 'UNAUTHORIZED', 'this is not the http.token of the configuration');
    return reply.code(204).header('set-cookie', access.login()).header('cache-control', 'no-store').send();
  });
  app.delete('/api/session', async (_, reply) => reply.code(204).header('set-cookie', access.logout).send());
  app.get('/healthz', async ({ headers }, reply) => {
    const { status, ...more } = await options.health();
    const code = status === 'ok' ? 200 : 503;
    reply.code(code).header('cache-control', 'no-store');
    return access.allows(headers) ? { status, ...more } : { status };
  });
  const { metrics } = options;
  if (metrics) {
    app.get('/metrics', async (_, reply) =>
      reply
        .type('text/plain; version=0.0.4; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(await metrics()),
    );
  }
  for (const [path, file] of files) app.get(path, async (_, reply) => sendFile(reply, file));
  if (!files.has('/')) app.get('/', async (_, reply) => reply.type('text/plain; charset=utf-8').send(noDashboard));
  await app.ready();

  return {
    start: async () => {
      try {
        await app.listen({ host: listen.host, port: listen.port });
      } catch (error) {
        throw listenError(error, listen);
      }
      const { address, port, family } = app.server.address() as AddressInfo;
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    },
    stop: async () => {
      live.stop();
      await app.close();
    },
  };
}

const noDashboard =
  'The files of the dashboard are not beside this program; its interface is described at /api/openapi.json.\n';

const helmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      ...{ scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'", 'data:'], connectSrc: ["'self'"] },
      ...{ fontSrc: ["'self'"], manifestSrc: ["'self'"], formAction: ["'self'"] },
      ...{ baseUri: ["'none'"], frameAncestors: ["'none'"] },
    },
  },
  frameguard: { action: 'deny' as const },
  referrerPolicy: { policy: 'no-referrer' as const },
  // Browsers heed these over TLS only, and complain of them without.
  ...{ strictTransportSecurity: false, crossOriginOpenerPolicy: false, originAgentCluster: false },
};

function sendProblem(reply: FastifyReply, error: unknown, status: number): FastifyReply {
  if (error instanceof Refusal) reply.headers(error.headers);
  if (status === 503) reply.header('retry-after', '1');
  return reply.code(status).type(problemType).header('cache-control', 'no-store').send(toProblem(error));
}

const sendFile = (reply: FastifyReply, { body, type, etag, cacheControl }: PageFile): FastifyReply =>
  reply.type(type).headers({ etag, 'cache-control': cacheControl }).send(body);

/** Aborted when whoever asked has hung up: what still waits in a queue is then not looked for. */
function gone({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(); // which makes an error, with its stack
  });
  return controller.signal;
}

function nextLink({ url }: FastifyRequest, after: string): string {
  const next = new URL(url, 'http://localhost');
  next.searchParams.set('after', after);
  return `<${next.pathname}${next.search}>; rel="next"`;
}

const methods = ['GET', 'HEAD', 'POST', 'DELETE'] as const;

function notFound(app: FastifyInstance, { url, method }: FastifyRequest): Refusal {
  const path = url.split('?', 1)[0];
  const allowed = methods.filter((each) => app.hasRoute({ method: each, url: path }));
  if (allowed.length === 0 || allowed.includes(method as 'GET'))
    return new Refusal(404, 'NOT_FOUND', 'there is nothing at this address; /api/openapi.json describes what there is');
  const allow = allowed.join(', ');
  return new Refusal(405, 'METHOD_NOT_ALLOWED', `${method} is not possible here; ${allow} is`, { allow });
}

function listenError(error: unknown, { host, port }: { host: string; port: number }): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const subject = `${host}:${port}`;
  const shared = { code: 'PORT_TAKEN', op: 'listen on', subject, cause: error } as const;
  const hint = 'choose another with http.listen or --http HOST:PORT, or `off`';
  if (code === 'EADDRINUSE') return new StepcastError({ ...shared, message: 'another program listens there', hint });
  if (code === 'EACCES')
    return new StepcastError({ ...shared, message: 'ports below 1024 are not for this user', hint });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StepcastError({ ...shared, message: 'this machine has no such address (yet)', hint });
  return error;
}
