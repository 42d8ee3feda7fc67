import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import mqtt, { type MqttClient } from 'mqtt';
import { brokerConfig } from '../../crash/support/campaign.js';
import { type Daemon, startDaemon } from '../../crash/support/daemon.js';
import { eventually } from '../../crash/support/eventually.js';
import { executable } from '../../crash/support/installed.js';
import { startMosquitto } from '../../support/mosquitto.js';

const run = promisify(execFile);

export interface SentReading {
  readonly topic: string;
  readonly payload: object;
}

/** A broker, a daemon with its dashboard, and a sensor that publishes to them. */
export interface Station {
  readonly url: string;
  readonly db: string;
  /** Publishes in order, and waits until all of it is stored. */
  send(readings: readonly SentReading[]): Promise<void>;
  /** SIGTERM, and its end. */
  stop(): Promise<void>;
  /** Again, on the same port and database. */
  start(): Promise<void>;
  /** What `stepcast ARGUMENTS --json` prints of its database. */
  ask<T>(...args: string[]): Promise<T[]>;
}

interface StationOptions {
  readonly dir: string;
  readonly undo: (end: () => unknown) => void;
  readonly http?: object;
}

export async function startStation({ dir, undo, http = {} }: StationOptions): Promise<Station> {
  const broker = await startMosquitto({ config: brokerConfig });
  undo(() => broker.stop());
  const port = await freePort();
  const db = join(dir, 'stepcast.db');
  const config = {
    ...{ node: 'browser-test', broker: { url: broker.url }, store: { path: db, retention: keepAll } },
    streams: [{ topic: 'sensors/#', payload: 'json', time: 'time' }],
    http: { listen: `127.0.0.1:${port}`, ...http },
  };
  let daemon: Daemon;
  const start = async (): Promise<void> => {
    daemon = startDaemon({ dir, config });
    await daemon.connected(patienceMs);
    await eventually(`the dashboard is served\n${daemon.log()}`, () => daemon.told('dashboard').length > 0, patienceMs);
  };
  undo(() => daemon.kill());
  await start();
  const client: MqttClient = await mqtt.connectAsync(broker.url);
  undo(() => client.endAsync());
  let sent = 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    db,
    send: async (readings) => {
      for (const { topic, payload } of readings) await client.publishAsync(topic, JSON.stringify(payload), { qos: 1 });
      sent += readings.length;
      await eventually(`${sent} readings are stored`, () => countOf(db) >= sent, patienceMs);
    },
    stop: async () => {
      await daemon.stop();
    },
    start,
    ask: async (...args) => {
      const { stdout } = await run(process.execPath, [executable, ...args, '--json', '--db', db], {
        maxBuffer: 2 ** 26,
      });
      return JSON.parse(stdout);
    },
  };
}

const patienceMs = 120_000; // on a busy machine
const keepAll = { readings: 'forever', forecasts: 'forever' }; // the recordings are years old

function countOf(path: string): number {
  const db = new Database(path, { readonly: true, timeout: 5000 });
  try {
    return db.prepare('SELECT coalesce(sum(readings), 0) FROM series').pluck().get() as number;
  } finally {
    db.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
