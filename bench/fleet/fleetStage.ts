import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqp from 'amqplib';
import Database from 'better-sqlite3';
import pg from 'pg';
import { eventually } from '../../test/system/crash/support/eventually.js';
import { readingOf, topicOf } from '../../test/system/fleet/support/devices.js';
import { type PostgresServer, startPostgres } from '../../test/system/support/postgres.js';
import { type RabbitCluster, startRabbit } from '../../test/system/support/rabbitmq.js';
import { cpuOf, pidsOfGroup } from './serverCpu.js';
import { Worker } from './worker.js';

export const partitions = 32;
const longestMs = 600_000; // of any wait

/** One node of RabbitMQ, PostgreSQL and workers between them; all on this machine, gone afterwards. */
export class FleetStage {
  readonly workers: Worker[] = [];
  #published = 0; // readings of each series

  private constructor(
    readonly rabbit: RabbitCluster,
    readonly postgres: PostgresServer,
    readonly dir: string,
    readonly series: number,
  ) {}

  static async with<T>(series: number, use: (stage: FleetStage) => Promise<T>): Promise<T> {
    // By default the MQTT plugin gives a session ten messages at a time, which is no peer for anyone.
    const rabbit = await startRabbit({ config: ['mqtt.prefetch = 10000'] });
    const postgres = await startPostgres();
    const stage = new FleetStage(rabbit, postgres, mkdtempSync(join(tmpdir(), 'stepcast-bench-')), series);
    try {
      return await use(stage);
    } finally {
      for (const worker of stage.workers) await worker.end('SIGTERM');
      await Promise.all([rabbit.stop(), postgres.stop()]);
      rmSync(stage.dir, { recursive: true, force: true });
    }
  }

  get #config() {
    const [{ amqp: queues, mqtt }] = this.rabbit.nodes as [RabbitCluster['nodes'][0]];
    return {
      source: { url: queues, partitions },
      broker: { url: mqtt },
      streams: [{ topic: 'sensors/#', value: 'value', time: 'time', model: 'gru-base' }],
      learn: { enabled: false },
      http: { listen: 'off' },
      log: { format: 'json' },
    };
  }

  /** Worker `worker` of `workers`, once it listens. */
  async start(worker: number, workers: number): Promise<Worker> {
    const { source, ...config } = this.#config;
    return this.#begin(`worker-${worker}`, {
      ...{ ...config, node: 'bench', source: { ...source, worker, workers }, store: { url: this.postgres.url } },
    });
  }

  /** The daemon of one machine: a subscription, and a file. */
  async startAlone(): Promise<Worker> {
    const { source: _, ...config } = this.#config;
    return this.#begin('alone', { ...config, node: 'alone', store: { path: this.#file } });
  }

  async #begin(name: string, config: object): Promise<Worker> {
    const worker = new Worker(join(this.dir, name), config);
    this.workers.push(worker);
    await worker.listening();
    return worker;
  }

  get #file(): string {
    return join(this.dir, 'alone.db');
  }

  /** Publishes the next `count` readings of every series, and waits until the broker has them. */
  async publish(count: number): Promise<void> {
    const connection = await amqp.connect(this.rabbit.nodes[0]!.amqp);
    const channel = await connection.createConfirmChannel();
    for (let n = this.#published; n < this.#published + count; n++) {
      for (let one = 0; one < this.series; one++) {
        const body = Buffer.from(JSON.stringify(readingOf(one, n)));
        channel.publish('amq.topic', topicOf(one).replaceAll('/', '.'), body, { persistent: true });
      }
      await channel.waitForConfirms();
    }
    this.#published += count;
    await connection.close();
  }

  /** Once all that was published is stored. */
  async stored(): Promise<void> {
    await eventually('all is stored', async () => (await this.#count()) >= this.series * this.#published, longestMs);
  }

  async #count(): Promise<number> {
    if (!existsSync(this.#file)) {
      const [row] = await this.rows<{ n: number }>('SELECT coalesce(sum(readings), 0)::int AS n FROM series_state');
      return row!.n;
    }
    const file = new Database(this.#file, { readonly: true });
    try {
      return file.prepare('SELECT coalesce(sum(readings), 0) FROM series').pluck().get() as number;
    } finally {
      file.close();
    }
  }

  /** What the servers have used and hold by now. */
  async servers(): Promise<{ rabbitMs: number; postgresMs: number; bytes: number }> {
    const backends = await this.rows<{ pid: number }>('SELECT pid FROM pg_stat_activity');
    const [size] = await this.rows<{ bytes: number }>('SELECT pg_database_size(current_database())::float8 AS bytes');
    return {
      rabbitMs: cpuOf(pidsOfGroup(this.rabbit.nodes[0]!.pid)),
      postgresMs: cpuOf(backends.map(({ pid }) => pid)),
      bytes: size!.bytes,
    };
  }

  async rows<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    const client = new pg.Client(this.postgres.url);
    await client.connect();
    try {
      return (await client.query(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  }
}
