import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqp from 'amqplib';
import pg from 'pg';
import { eventually } from '../../test/system/crash/support/eventually.js';
import { readingOf, topicOf } from '../../test/system/fleet/support/devices.js';
import { type PostgresServer, startPostgres } from '../../test/system/support/postgres.js';
import { type RabbitCluster, startRabbit } from '../../test/system/support/rabbitmq.js';
import { type DrainStage, longestMs, type Servers } from './drainStage.js';
import { cpuOf, cpuOfServer, parentOf, pidsOfGroup } from './serverCpu.js';
import { Worker } from './worker.js';
import { workerConfig } from './workerConfig.js';

export const partitions = 32;

/** One node of RabbitMQ, PostgreSQL, and workers between them. */
export class FleetStage implements DrainStage {
  readonly workers: Worker[] = [];
  #published = 0; // readings of each series
  #postmaster: number | undefined;

  private constructor(
    readonly rabbit: RabbitCluster,
    readonly postgres: PostgresServer,
    readonly client: pg.Client,
    readonly dir: string,
    readonly series: number,
  ) {}

  static async with<T>(series: number, use: (stage: FleetStage) => Promise<T>): Promise<T> {
    const rabbit = await startRabbit();
    const postgres = await startPostgres();
    const client = new pg.Client(postgres.url);
    await client.connect();
    const stage = new FleetStage(rabbit, postgres, client, mkdtempSync(join(tmpdir(), 'stepcast-bench-')), series);
    try {
      return await use(stage);
    } finally {
      for (const worker of stage.workers) await worker.end('SIGTERM');
      await client.end();
      await Promise.all([rabbit.stop(), postgres.stop()]);
      rmSync(stage.dir, { recursive: true, force: true });
    }
  }

  /** Worker `worker` of `workers`, once it listens. */
  async start(worker: number, workers: number): Promise<Worker> {
    const { amqp, mqtt } = this.rabbit.nodes[0]!;
    const started = new Worker(join(this.dir, `worker-${worker}`), {
      ...{ ...workerConfig, node: 'bench', broker: { url: mqtt }, store: { url: this.postgres.url } },
      source: { url: amqp, partitions, worker, workers },
    });
    this.workers.push(started);
    await started.listening();
    return started;
  }

  async startAll(workers: number): Promise<void> {
    await this.start(0, workers); // it makes the tables
    await Promise.all(Array.from({ length: workers - 1 }, (_, i) => this.start(i + 1, workers)));
  }

  async publish(count: number): Promise<void> {
    const connection = await amqp.connect(this.rabbit.nodes[0]!.amqp);
    const channel = await connection.createConfirmChannel();
    let confirmed: Promise<unknown> = Promise.resolve(); // a round of readings while the one before it is written
    for (let n = this.#published; n < this.#published + count; n++) {
      for (let one = 0; one < this.series; one++) {
        const body = Buffer.from(JSON.stringify(readingOf(one, n)));
        channel.publish('amq.topic', topicOf(one).replaceAll('/', '.'), body, { persistent: true });
      }
      const before = confirmed;
      confirmed = channel.waitForConfirms();
      await before;
    }
    await confirmed;
    this.#published += count;
    await connection.close();
  }

  async stored(): Promise<void> {
    const wanted = this.series * this.#published;
    await eventually(
      'all is stored',
      async () => {
        const [row] = await this.rows<{ n: number }>('SELECT coalesce(sum(readings), 0)::int AS n FROM series_state');
        return row!.n >= wanted;
      },
      longestMs,
    );
  }

  async servers(): Promise<Servers> {
    const [row] = await this.rows<{ pid: number; bytes: number }>(
      'SELECT pg_backend_pid() AS pid, pg_database_size(current_database())::float8 AS bytes',
    );
    this.#postmaster ??= parentOf(row!.pid);
    return {
      brokerMs: cpuOf(pidsOfGroup(this.rabbit.nodes[0]!.pid)),
      postgresMs: cpuOfServer(this.#postmaster),
      bytes: row!.bytes,
    };
  }

  async rows<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.client.query(sql, [...values])).rows;
  }
}
