import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { QueryThreads, type QueryThreadsOptions } from '../../src/daemon/queryThreads.js';
import type { ApiHealth } from '../../src/http/api.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/httpServer.js';
import { LiveFeed } from '../../src/http/liveFeed.js';
import { bundle } from './bundle.js';
import { commitBatch } from './commitBatch.js';
import { emptyBatch, minute, rounds, StoreFixture, seriesRow, startMs } from './storeFixture.js';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): unknown;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The interface over a real database: readings of a few series, a minute apart, each with its forecast. */
export class ApiUnderTest {
  readonly fixture = new StoreFixture();
  health: ApiHealth = { status: 'ok', reasons: [] };
  readonly failures: unknown[] = [];
  url = '';
  threads!: QueryThreads;
  #server: HttpServer | undefined;

  get path(): string {
    return this.fixture.path;
  }

  async fill(series: number, count: number): Promise<void> {
    const store = await this.fixture.open();
    await commitBatch(store, { ...emptyBatch, series: Array.from({ length: series }, (_, i) => seriesRow(i + 1)) });
    await commitBatch(store, { ...emptyBatch, ...rounds(series, 0, count) });
    await store.close();
  }

  async start(options: Partial<HttpServerOptions> = {}, limits: Partial<QueryThreadsOptions> = {}): Promise<void> {
    const workerUrl = pathToFileURL(await bundle('src/daemon/queryWorker.ts'));
    const dashboard = join(this.fixture.folder, 'dashboard');
    mkdirSync(dashboard, { recursive: true });
    writeFileSync(join(dashboard, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(dashboard, 'main-ABCD2345.js'), 'export {};');
    writeFileSync(join(dashboard, 'secret.key'), 'not served: it has no type of a page');
    this.threads = new QueryThreads({ db: this.path, workerUrl, ...limits });
    const node = () => ({ node: 'pi', version: '1', started: 5, time: startMs, series: 3 });
    const health = (): ApiHealth => this.health;
    const live = options.live ?? new LiveFeed({ node, health });
    this.#server = await createHttpServer({
      ...{ listen: { host: '127.0.0.1', port: 0 }, hostName: 'pi', questions: this.threads, live, node, health },
      ...{ dashboard, nowMs: () => startMs + 1000 * minute, metrics: async () => 'up 1\n', perMinute: 100_000 },
      onFailure: (error) => this.failures.push(error),
      ...options,
    });
    this.url = await this.#server.start();
  }

  /** As it stands: no client between that would tidy up the address or the headers. */
  ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answered> {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const request = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode!, headers: response.headers, text, json: () => JSON.parse(text) });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await this.threads?.stop();
    this.#server = undefined;
  }

  async clean(): Promise<void> {
    await this.stop();
    await this.fixture.clean();
  }
}
