import amqp from 'amqplib';
import mqtt, { type MqttClient } from 'mqtt';
import { firstValueFrom } from 'rxjs';
import { filter } from 'rxjs/operators';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AmqpSettings } from '../../../src/amqp/amqpSettings.js';
import { type AmqpSource, createAmqpSource } from '../../../src/amqp/amqpSource.js';
import { checkSource } from '../../../src/cli/checks/checkSource.js';
import { loadConfig } from '../../../src/config/loadConfig.js';
import type { Delivery } from '../../../src/pipeline/ports.js';
import { plainSettings } from '../../../src/series/plainSettings.js';
import { type RabbitCluster, startRabbit } from '../support/rabbitmq.js';

const partitions = 4;
const series = 40;

/** A worker that commits whatever it is told to, and remembers what it had of each series. */
class Worker {
  readonly had: string[] = []; // "TOPIC VALUE"
  readonly waiting: Delivery[] = [];
  readonly problems: string[] = [];
  readonly source: AmqpSource;
  isCommitting = true;

  constructor(settings: Partial<AmqpSettings> & Pick<AmqpSettings, 'urls' | 'group'>) {
    this.source = createAmqpSource({
      settings: { partitions, worker: 0, workers: 1, inFlight: 400, standbyMs: 200, ...settings },
      streams: [
        {
          filter: 'fleet/+/#',
          decode: { payload: 'auto', value: [] },
          seriesTemplate: undefined,
          settings: { ...plainSettings, cadenceMs: 0, season: 0, horizon: 24 },
        },
      ],
      prefix: 'stepcast',
      maxPayloadBytes: 1024,
      nowMs: () => Date.now(),
      random: () => 0.1,
      onReject: () => {},
      onProblem: (message) => this.problems.push(message),
    });
    this.source.deliveries$.subscribe((delivery) => {
      this.waiting.push(delivery);
      if (this.isCommitting) setImmediate(() => this.commit());
    });
    this.source.lost$.subscribe(({ partition, isGone, released }) => {
      if (!isGone) this.commit(partition);
      for (let i = this.waiting.length - 1; i >= 0; i--)
        if (this.waiting[i]!.partition === partition) this.waiting.splice(i, 1);
      released();
    });
    this.source.start();
  }

  commit(partition?: number): void {
    const group = this.waiting.filter((one) => partition === undefined || one.partition === partition);
    for (const delivery of group) {
      this.waiting.splice(this.waiting.indexOf(delivery), 1);
      for (const { y } of delivery.observations) this.had.push(`${delivery.topic} ${y}`);
      delivery.acknowledge();
    }
  }

  listening(): Promise<unknown> {
    return firstValueFrom(this.source.status$.pipe(filter(({ state }) => state === 'listening')));
  }
}

const until = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  for (const end = Date.now() + 60_000; !(await isSo()); ) {
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('a fleet’s source on RabbitMQ', () => {
  let cluster: RabbitCluster;
  let devices: MqttClient;
  const workers: Worker[] = [];
  let groups = 0;
  let group = '';
  const topics = Array.from({ length: series }, (_, i) => `fleet/room ${i}/temperature`);

  const join = (worker = 0, count = 1, more: Partial<AmqpSettings> = {}): Worker => {
    const one = new Worker({ urls: [plain(cluster.nodes[0]!.amqp)], group, worker, workers: count, ...more });
    workers.push(one);
    return one;
  };
  const publish = async (value: number, among = topics): Promise<void> => {
    await Promise.all(among.map((topic) => devices.publishAsync(topic, String(value), { qos: 1 })));
  };

  beforeAll(async () => {
    cluster = await startRabbit();
    devices = await mqtt.connectAsync(cluster.nodes[0]!.mqtt, { protocolVersion: 4, reconnectPeriod: 0 });
  }, 180_000);
  afterAll(async () => {
    await devices?.endAsync(true);
    await cluster?.stop();
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) {
      worker.source.drain();
      await worker.source.close();
    }
    groups++;
  });
  const begin = (): void => {
    group = `group-${groups}`;
  };

  it('gives a topic to one partition for good, in the order of its messages', async () => {
    begin();
    const worker = join();
    await worker.listening();
    const partitionOf = new Map<string, Set<number>>();
    worker.source.deliveries$.subscribe(({ topic, partition }) => {
      partitionOf.set(topic, (partitionOf.get(topic) ?? new Set()).add(partition!));
    });
    for (let value = 0; value < 5; value++) await publish(value);
    await until(() => worker.had.length === 5 * series, 'every reading is committed');
    for (const topic of topics)
      expect(
        worker.had.filter((one) => one.startsWith(`${topic} `)).map((one) => Number(one.split(' ').at(-1))),
      ).toEqual([0, 1, 2, 3, 4]);
    expect([...partitionOf.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set([...partitionOf.values()].map((set) => [...set][0])).size).toBe(partitions);
  });

  it('has no more in flight than it may, and what was not acknowledged comes again, first', async () => {
    begin();
    const worker = join(0, 1, { inFlight: 40 });
    await worker.listening();
    worker.isCommitting = false;
    for (let value = 0; value < 4; value++) await publish(value);
    await until(() => worker.waiting.length >= 30, 'it is filled');
    expect(worker.waiting.length).toBeLessThanOrEqual(40);
    await worker.source.close();
    const next = join();
    await until(() => next.had.length === 4 * series, 'the next one has it all');
    for (const topic of topics)
      expect(next.had.filter((one) => one.startsWith(`${topic} `)).map((one) => Number(one.split(' ').at(-1)))).toEqual(
        [0, 1, 2, 3],
      );
  });

  it('deals partitions out by preference, and gives them back to a worker that returns', async () => {
    begin();
    const first = join(0, 2);
    await first.listening();
    await publish(0);
    await until(() => first.source.partitions === partitions, 'one alone takes all of them');
    await until(() => first.had.length === series, 'all are committed');
    const second = join(1, 2);
    await second.listening();
    let value = 1;
    while (second.source.partitions < partitions / 2) await publish(value++);
    await until(() => first.had.length + second.had.length === value * series, 'each reading is had once');
    expect(first.source.partitions).toBe(partitions / 2);
    expect(second.source.partitions).toBe(partitions / 2);
    for (const topic of topics) {
      const values = [...first.had, ...second.had]
        .filter((one) => one.startsWith(`${topic} `))
        .map((one) => Number(one.split(' ').at(-1)));
      expect(values).toEqual(Array.from({ length: value }, (_, i) => i));
    }
    await second.source.close();
    await publish(value);
    await until(() => first.source.partitions === partitions, 'the first stands in');
  });

  it('takes what cannot be read as a reading that is refused, and what no stream wants as none', async () => {
    begin();
    const worker = join();
    await worker.listening();
    await devices.publishAsync(topics[0]!, 'neither number nor document', { qos: 1 });
    await devices.publishAsync(topics[1]!, Buffer.alloc(2048, 0x31), { qos: 1 });
    const connection = await amqp.connect(cluster.nodes[0]!.amqp);
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(`stepcast.${group}.readings.0`, Buffer.from('1'));
    await channel.waitForConfirms();
    await publish(7);
    await until(() => worker.had.length === series, 'readings go on behind them');
    await until(() => worker.source.unacknowledged === 0, 'all are acknowledged');
    await worker.source.close();
    const left = async (): Promise<number> => {
      const queues = await Promise.all(
        Array.from({ length: partitions }, (_, i) => channel.checkQueue(`stepcast.${group}.readings.${i}`)),
      );
      return queues.reduce((sum, { messageCount }) => sum + messageCount, 0);
    };
    await until(async () => (await left()) === 0, 'the queues are empty'); // they count a moment later
    await connection.close();
  });

  it('refuses another number of partitions, and a fleet that goes on with its own', async () => {
    begin();
    await join().listening();
    for (const other of [2, 8]) {
      const stranger = join(0, 1, { partitions: other });
      const away = await firstValueFrom(stranger.source.status$.pipe(filter(({ state }) => state === 'away')));
      expect(away).toMatchObject({ misconfigured: true, error: { code: 'SOURCE_PARTITIONS' } });
      await stranger.source.close();
    }
    await join().listening();
  });

  it('prints by check what it will declare, and what is there, and declares nothing by that', async () => {
    begin();
    const text = JSON.stringify({
      ...{
        node: group,
        source: { url: cluster.nodes[0]!.amqp, partitions, worker: 0 },
        streams: [{ topic: 'fleet/+/#' }],
      },
    });
    const config = loadConfig({ text, env: {}, hostName: 'site-0' });
    const messages = async () =>
      (await checkSource(config, config.source!)).map(({ level, message }) => `${level} ${message}`);
    for (const _ of ['once', 'again']) {
      expect(await messages()).toEqual([
        expect.stringMatching(/^ok connected to RabbitMQ 3/),
        'ok x-consistent-hash, bound to amq.topic by fleet.*.#, not there yet: the first worker declares it',
        'ok 4 quorum queues with a single active consumer, not there yet: the first worker declares it',
        'ok partitions 0, 1, 2, 3 first, the others as a standby, 2500 messages in flight in each',
      ]);
    }
    await join().listening();
    expect((await messages())[2]).toBe('ok 4 quorum queues with a single active consumer, there');
  });

  it('goes to the next address when one does not answer', async () => {
    begin();
    const worker = join(0, 1, { urls: ['amqp://127.0.0.1:1', plain(cluster.nodes[0]!.amqp)] });
    const away = await firstValueFrom(worker.source.status$.pipe(filter(({ state }) => state === 'away')));
    expect(away).toMatchObject({ misconfigured: false, error: { code: 'BROKER_UNREACHABLE' } });
    await worker.listening();
  });

  it('says what to do about a password that is wrong', async () => {
    begin();
    const worker = join(0, 1, { password: 'wrong' });
    const away = await firstValueFrom(worker.source.status$.pipe(filter(({ state }) => state === 'away')));
    expect(away).toMatchObject({ misconfigured: true, error: { code: 'BROKER_REFUSED' } });
  });
});

const plain = (url: string): string => url.replace('guest:guest@', '');
