import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { firstValueFrom } from 'rxjs';
import { filter } from 'rxjs/operators';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BrokerConnection,
  type BrokerStatus,
  createBrokerConnection,
} from '../../../src/mqtt/brokerConnection.js';
import type { BrokerMessage } from '../../../src/mqtt/brokerMessage.js';
import type { BrokerSettings } from '../../../src/mqtt/brokerSettings.js';
import { Archive } from '../crash/support/archive.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { startSender } from '../crash/support/sender.js';
import { startWitness } from '../crash/support/witness.js';
import { workDirs } from '../crash/support/workDir.js';
import { workload, workloadStreams } from '../crash/support/workload.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { startMosquitto } from '../support/mosquitto.js';

const newDir = workDirs();
const undo = cleanup();
let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());

const schemes = ['ws', 'wss'] as const;

/** A Mosquitto with a plain port for sensors and another for WebSockets. */
const webBroker = async (scheme: (typeof schemes)[number], more: readonly string[] = []) => {
  const { ca, serverCert, serverKey } = certificates;
  const plain = await startMosquitto(); // only for a free port
  const { port } = plain;
  await plain.stop();
  const tls = scheme === 'wss' ? [`cafile ${ca}`, `certfile ${serverCert}`, `keyfile ${serverKey}`] : [];
  const broker = await startMosquitto({
    persistence: true,
    config: [
      'max_queued_messages 0',
      'max_inflight_messages 0',
      `listener ${port} 127.0.0.1`,
      'protocol websockets',
      ...tls,
      ...more,
    ],
  });
  undo(() => broker.stop());
  await eventually('the port for WebSockets opens', () => accepts(port));
  return { broker, url: `${scheme}://localhost:${port}`, trust: scheme === 'wss' ? { ca } : {} };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => resolve(true));
    socket.on('connect', () => socket.destroy()).on('error', () => resolve(false));
  });

const connect = (settings: Partial<BrokerSettings> & { url: string }): BrokerConnection => {
  const connection = createBrokerConnection({
    settings: { clientId: 'stepcast-pi', node: 'pi', prefix: 'stepcast', ...settings },
    random: () => 0.05,
  });
  undo(() => connection.close());
  return connection;
};

const state = <S extends BrokerStatus['state']>(connection: BrokerConnection, wanted: S) =>
  firstValueFrom(
    connection.status$.pipe(filter((status): status is Extract<BrokerStatus, { state: S }> => status.state === wanted)),
  );

describe.each(schemes)('%s', (scheme) => {
  it('carries readings in and forecasts out, through a restart of the broker, and acknowledges what is stored', async () => {
    const { broker, url, trust } = await webBroker(scheme);
    const witness = await startWitness(broker.port, 'web');
    undo(() => witness.end());
    const dir = newDir();
    const daemon = startDaemon({
      dir,
      config: {
        node: 'web',
        broker: { url, ...trust, keepalive: '2s' },
        store: { path: 'stepcast.db', flush: '100ms' },
        streams: workloadStreams,
        http: { listen: 'off' },
        learn: { enabled: false },
      },
    });
    undo(() => daemon.kill());
    await daemon.connected();
    const messages = workload({ seed: 5, readings: 40, timed: 50 });
    const sender = await startSender({ port: broker.port, clientId: 'sensors', messages, ratePerSecond: 2_000 });
    undo(() => sender.end());
    const stored = () => Archive.count(join(dir, 'stepcast.db'));
    sender.allow(messages.length / 2);
    await eventually('half of the readings', () => stored() >= messages.length / 4);
    await broker.restart();
    sender.allow(messages.length);
    await sender.settled();
    await eventually('every reading', () => stored() === messages.length);
    await eventually(
      'every forecast that was not superseded while away',
      () => witness.forecasts.length > messages.length / 2,
    );
    expect(witness.malformed).toEqual([]);
    expect(daemon.told('connected').length).toBeGreaterThanOrEqual(2);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    const [end] = daemon.told('stepcast ends');
    expect(end).toMatchObject({ unacknowledged: 0, readings: messages.length });
    await eventually('offline', () => witness.statuses.at(-1) === 'offline');

    // The session has nothing left: everything stored was acknowledged.
    const heir = connect({ url, ...trust, clientId: 'stepcast-web' });
    let again = 0;
    let ended = false;
    heir.subscribe(['plant/#', 'last'], ({ topic }) => {
      if (topic === 'last') ended = true;
      else again++;
      return true;
    });
    heir.start();
    await state(heir, 'subscribed');
    const client = await mqtt.connectAsync(broker.url);
    undo(() => client.endAsync(true));
    await client.publishAsync('last', 'x', { qos: 1 });
    await eventually('the end of what the session holds', () => ended);
    expect(heir.session).toBe(0);
    expect(again).toBe(0);
  });

  it('sends a PUBACK when it is told to and not before: what is not acknowledged comes again, the rest does not', async () => {
    const { broker, url, trust } = await webBroker(scheme);
    const listen = (connection: BrokerConnection) => {
      const messages: BrokerMessage[] = [];
      connection.subscribe(['a'], (message) => messages.push(message) > 0);
      connection.start();
      return messages;
    };
    const connection = connect({ url, ...trust });
    const heard = listen(connection);
    await state(connection, 'subscribed');
    const client = await mqtt.connectAsync(broker.url);
    undo(() => client.endAsync(true));
    await Promise.all(Array.from({ length: 500 }, (_, i) => client.publishAsync('a', `${i}`, { qos: 1 })));
    await eventually('all messages', () => heard.length === 500);
    expect(connection.unacknowledged).toBe(500);
    for (const message of heard.slice(0, 200)) message.acknowledge();
    await connection.close();
    const next = connect({ url, ...trust });
    const again = listen(next);
    await eventually('what is left', () => again.length === 300);
    expect(again.map(({ payload }) => payload.toString())).toEqual(Array.from({ length: 300 }, (_, i) => `${200 + i}`));
    expect(again.every(({ redelivered }) => redelivered)).toBe(true);
  });

  it('carries payloads larger than one write, both ways', async () => {
    const { url, trust } = await webBroker(scheme);
    const connection = connect({ url, ...trust });
    const sizes: number[] = [];
    connection.subscribe(['a'], ({ payload }) => sizes.push(payload.length) > 0);
    connection.start();
    await state(connection, 'subscribed');
    for (const size of [10, 60_000, 20])
      expect(connection.publish({ topic: 'a', qos: 0, retain: false, payload: Buffer.alloc(size, 'x') })).toBe(true);
    await eventually('three messages', () => sizes.length === 3);
    expect(sizes).toEqual([10, 60_000, 20]);
  });
});

describe('what can be wrong with WebSockets is told in one line', () => {
  const problemOf = async (settings: Partial<BrokerSettings> & { url: string }) => {
    const connection = connect(settings);
    connection.start();
    const { error, misconfigured } = await state(connection, 'away');
    return { code: error.code, hint: error.hint ?? '', line: error.line, misconfigured };
  };

  it('an authority that is not known', async () => {
    const { url } = await webBroker('wss');
    const problem = await problemOf({ url });
    expect(problem).toMatchObject({ code: 'BROKER_TLS', misconfigured: true });
    expect(problem.hint).toContain('broker.ca');
  });

  it('a client certificate that is missing: the broker only hangs up', async () => {
    const { url, trust } = await webBroker('wss', ['require_certificate true']);
    expect((await problemOf({ url, ...trust })).hint).toContain('broker.cert');
    const { clientCert: cert, clientKey: key } = certificates;
    const known = connect({ url, ...trust, cert, key });
    known.start();
    await state(known, 'connected');
  });

  it('a port for something else', async () => {
    const { broker, url } = await webBroker('ws');
    const toPlain = await problemOf({ url: broker.url.replace('mqtt:', 'ws:') });
    expect(toPlain).toMatchObject({ code: 'BROKER_UNREACHABLE', misconfigured: false });
    expect(toPlain.hint).toContain('WebSockets');
    expect((await problemOf({ url: url.replace('ws:', 'mqtt:') })).hint).toContain('broker.url');
    const tls = await problemOf({ url: url.replace('ws:', 'wss:') });
    expect(tls).toMatchObject({ code: 'BROKER_TLS', misconfigured: true });
    expect(tls.line).toMatch(/^connect to wss:.*: wrong version number — .*broker\.url \[BROKER_TLS\]$/);
  });
});
