import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../test/system/crash/support/eventually.js';
import { readingOf, topicOf } from '../../test/system/fleet/support/devices.js';
import { type Mosquitto, startMosquitto } from '../../test/system/support/mosquitto.js';
import { cpuTime } from '../support/procfs.js';
import { openRawClient, publishFrame, type RawClient } from '../throughput/rawClient.js';
import { StoredReadings } from '../throughput/storedReadings.js';
import { type DrainStage, longestMs, type Servers } from './drainStage.js';
import { Worker } from './worker.js';
import { workerConfig } from './workerConfig.js';

/** The daemon of one machine: Mosquitto before it, a file behind it. */
export class AloneStage implements DrainStage {
  readonly workers: readonly Worker[];
  #published = 0; // readings of each series
  #packetId = 0;

  private constructor(
    readonly broker: Mosquitto,
    readonly publisher: RawClient,
    readonly file: string,
    worker: Worker,
    readonly series: number,
  ) {
    this.workers = [worker];
  }

  static async with<T>(series: number, use: (stage: AloneStage) => Promise<T>): Promise<T> {
    const dir = mkdtempSync(join(tmpdir(), 'stepcast-bench-'));
    const broker = await startMosquitto({
      config: ['max_queued_messages 0', 'max_inflight_messages 0', 'set_tcp_nodelay true'],
    });
    const publisher = await openRawClient(broker.port, 'bench-publisher');
    const file = join(dir, 'alone.db');
    const worker = new Worker(join(dir, 'alone'), {
      ...{ ...workerConfig, node: 'alone', broker: { url: broker.url }, store: { path: file } },
    });
    try {
      await worker.listening();
      return await use(new AloneStage(broker, publisher, file, worker, series));
    } finally {
      await worker.end('SIGTERM');
      publisher.end();
      await broker.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  }

  async publish(count: number): Promise<void> {
    const acknowledged = this.publisher.acknowledged + count * this.series;
    for (let n = this.#published; n < this.#published + count; n++) {
      const frames = Array.from({ length: this.series }, (_, one) => {
        this.#packetId = (this.#packetId % 65_535) + 1;
        return publishFrame(topicOf(one), JSON.stringify(readingOf(one, n)), this.#packetId);
      });
      this.publisher.write(Buffer.concat(frames));
    }
    this.#published += count;
    await eventually('the broker has them', () => this.publisher.acknowledged >= acknowledged, longestMs);
  }

  async stored(): Promise<void> {
    const log = new StoredReadings(this.file);
    try {
      await eventually('all is stored', () => log.lastId >= this.series * this.#published, longestMs);
    } finally {
      log.close();
    }
  }

  async servers(): Promise<Servers> {
    return { brokerMs: cpuTime(this.broker.pid).totalMs, postgresMs: 0, bytes: 0 };
  }
}
