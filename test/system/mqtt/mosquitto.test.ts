import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, createServer } from 'node:tls';
import mqtt, { type MqttClient } from 'mqtt';
import { firstValueFrom } from 'rxjs';
import { filter } from 'rxjs/operators';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type BrokerConnection,
  type BrokerStatus,
  createBrokerConnection,
} from '../../../src/mqtt/brokerConnection.js';
import type { BrokerMessage } from '../../../src/mqtt/brokerMessage.js';
import type { BrokerSettings } from '../../../src/mqtt/brokerSettings.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from '../support/mosquitto.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const mosquitto = async (options?: MosquittoOptions): Promise<Mosquitto> => {
  const broker = await startMosquitto(options);
  closers.push(broker.stop);
  return broker;
};

const connect = (url: string, more: Partial<BrokerSettings> = {}): BrokerConnection => {
  const settings = { url, clientId: 'stepcast-pi', node: 'pi', prefix: 'stepcast', ...more };
  const connection = createBrokerConnection({ settings, random: () => 0.05 });
  closers.push(connection.close);
  return connection;
};

const state = <S extends BrokerStatus['state']>(connection: BrokerConnection, wanted: S) =>
  firstValueFrom(
    connection.status$.pipe(filter((status): status is Extract<BrokerStatus, { state: S }> => status.state === wanted)),
  );

const sensor = async (url: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> => {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, ...options });
  closers.push(() => client.endAsync(true));
  return client;
};

/** Collects what a connection hears, unacknowledged. */
const collect = (connection: BrokerConnection, topicFilter: string) => {
  const messages: BrokerMessage[] = [];
  let wake = () => {};
  connection.subscribe([topicFilter], (message) => {
    messages.push(message);
    wake();
    return true;
  });
  return {
    messages,
    texts: () => messages.map(({ payload }) => payload.toString()),
    wait: async (count: number) => {
      while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
};

describe('a session at Mosquitto', () => {
  it('gives again, in order and marked, what was not acknowledged before the connection was lost', async () => {
    const broker = await mosquitto({ config: ['max_inflight_messages 0'] });
    const connection = connect(broker.url);
    const heard = collect(connection, 'a');
    connection.start();
    await state(connection, 'subscribed');
    const client = await sensor(broker.url);
    for (let i = 0; i < 50; i++) await client.publishAsync('a', `${i}`, { qos: 1 });
    await heard.wait(50);
    for (const message of heard.messages.slice(0, 20)) message.acknowledge();
    await connection.close();

    const next = connect(broker.url);
    const again = collect(next, 'a');
    next.start();
    await again.wait(30);
    expect(again.texts()).toEqual(Array.from({ length: 30 }, (_, i) => `${20 + i}`));
    expect(again.messages.every(({ redelivered }) => redelivered)).toBe(true);
    expect(next.session).toBe(0);
    expect(heard.messages[0].session).toBe(1);
  });

  it('survives a broker that is killed and comes back with its session', async () => {
    const broker = await mosquitto({ persistence: true, config: ['max_inflight_messages 0'] });
    const connection = connect(broker.url);
    const heard = collect(connection, 'a');
    connection.start();
    await state(connection, 'subscribed');
    const client = await sensor(broker.url, { reconnectPeriod: 0 });
    for (let i = 0; i < 10; i++) await client.publishAsync('a', `${i}`, { qos: 1 });
    await heard.wait(10);
    await broker.restart(); // SIGTERM: it saves
    await heard.wait(20);
    expect(heard.texts().slice(10)).toEqual(heard.texts().slice(0, 10));
    expect(connection.session).toBe(1);
    for (const message of heard.messages) message.acknowledge();
    const later = await sensor(broker.url);
    await later.publishAsync('a', 'more', { qos: 1 });
    await heard.wait(21);
    expect(heard.texts().at(-1)).toBe('more');
    expect(connection.unacknowledged).toBe(1);
  });

  it('begins a new session, and subscribes again, when the broker forgot it', async () => {
    const broker = await mosquitto();
    const connection = connect(broker.url);
    const heard = collect(connection, 'a');
    connection.start();
    await state(connection, 'subscribed');
    await broker.kill();
    expect((await state(connection, 'away')).misconfigured).toBe(false);
    await broker.restart();
    await state(connection, 'subscribed');
    const client = await sensor(broker.url);
    await client.publishAsync('a', 'x', { qos: 1 });
    await heard.wait(1);
    expect(heard.messages[0].session).toBe(2);
  });

  it('never has more unacknowledged than it allows', async () => {
    const broker = await mosquitto({ config: ['max_inflight_messages 0', 'max_queued_messages 0'] });
    const connection = connect(broker.url, { receiveMaximum: 25 });
    const heard = collect(connection, 'a');
    connection.start();
    await state(connection, 'subscribed');
    const client = await sensor(broker.url);
    await Promise.all(Array.from({ length: 200 }, (_, i) => client.publishAsync('a', `${i}`, { qos: 1 })));
    let most = 0;
    for (let next = 0; next < 200; next++) {
      await heard.wait(next + 1);
      most = Math.max(most, connection.unacknowledged);
      heard.messages[next].acknowledge();
    }
    expect(most).toBeLessThanOrEqual(25);
    expect(heard.texts()).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
  });

  it('lowers QoS 2 to QoS 1', async () => {
    const broker = await mosquitto();
    const connection = connect(broker.url);
    const heard = collect(connection, 'a');
    connection.start();
    await state(connection, 'subscribed');
    await (await sensor(broker.url)).publishAsync('a', 'x', { qos: 2 });
    await heard.wait(1);
    expect(heard.messages[0].packetId).toBeGreaterThan(0);
  });

  it('is told offline by the last will when the process dies, and online when it comes back', async () => {
    const broker = await mosquitto();
    const watcher = await sensor(broker.url);
    const seen: string[] = [];
    watcher.on('message', (_, payload) => seen.push(payload.toString()));
    await watcher.subscribeAsync('stepcast/pi/status', { qos: 1 });
    const until = async (count: number) => {
      while (seen.length < count) await new Promise<void>((resolve) => watcher.once('message', () => resolve()));
    };
    const script = join(broker.dir, 'dies.mjs');
    const module = join(import.meta.dirname, '../../../src/mqtt/brokerConnection.ts');
    const bundle = join(import.meta.dirname, '../../../node_modules/.bin/esbuild');
    const entry = join(broker.dir, 'dies.ts');
    writeFileSync(
      entry,
      `import { createBrokerConnection } from ${JSON.stringify(module)};
       const settings = { url: ${JSON.stringify(broker.url)}, clientId: 'dies', node: 'pi', prefix: 'stepcast' };
       createBrokerConnection({ settings, random: Math.random }).start();`,
    );
    const banner = "--banner:js=import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
    execFileSync(bundle, [entry, '--bundle', '--platform=node', '--format=esm', banner, `--outfile=${script}`], {
      stdio: 'pipe',
    });
    const child = fork(script);
    await until(1);
    child.kill('SIGKILL');
    await until(2);
    connect(broker.url).start();
    await until(3);
    expect(seen).toEqual(['online', 'offline', 'online']);
  });
});

describe('passwords at Mosquitto', () => {
  const secured = async () => {
    const broker = await startMosquitto();
    closers.push(broker.stop);
    const passwords = join(broker.dir, 'passwords');
    const acl = join(broker.dir, 'acl');
    execFileSync('mosquitto_passwd', ['-b', '-c', passwords, 'stepcast', 'right']);
    writeFileSync(acl, 'user stepcast\ntopic read sensors/#\ntopic write stepcast/pi/#\n');
    return mosquitto({ config: ['allow_anonymous false', `password_file ${passwords}`, `acl_file ${acl}`] });
  };

  it('lets the right one in', async () => {
    const broker = await secured();
    const connection = connect(broker.url, { username: 'stepcast', password: 'right' });
    connection.start();
    expect(await state(connection, 'connected')).toMatchObject({ protocolVersion: 5 });
  });

  it.each([
    ['wrong', { username: 'stepcast', password: 'wrong' }],
    ['missing', {}],
  ])('says that the password is %s, once for all', async (_, credentials) => {
    const broker = await secured();
    const connection = connect(broker.url, credentials);
    connection.start();
    const { error, misconfigured } = await state(connection, 'away');
    expect(misconfigured).toBe(true);
    expect(error.code).toBe('BROKER_REFUSED');
    expect(error.line).toContain('broker.password');
    expect(error.line).not.toContain('wrong user name and'); // Mosquitto says only "not authorized"
  });
});

describe('TLS at Mosquitto', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  afterAll(() => certificates.remove());

  const tlsBroker = async (...more: string[]) => {
    const { ca, serverCert, serverKey } = certificates;
    const broker = await mosquitto({
      config: [`cafile ${ca}`, `certfile ${serverCert}`, `keyfile ${serverKey}`, ...more],
    });
    return `mqtts://localhost:${broker.port}`;
  };

  it('connects when the authority is known', async () => {
    const url = await tlsBroker();
    const connection = connect(url, { ca: certificates.ca });
    connection.start();
    await state(connection, 'connected');
    const heard = collect(connection, 'a');
    await state(connection, 'subscribed');
    expect(connection.publish({ topic: 'a', qos: 0, retain: false, payload: Buffer.alloc(300_000, 'x') })).toBe(true);
    await heard.wait(1);
    expect(heard.messages[0].payload.length).toBe(300_000);
  });

  it('refuses a broker whose authority is unknown, and says which setting cures it', async () => {
    const connection = connect(await tlsBroker());
    connection.start();
    const { error, misconfigured } = await state(connection, 'away');
    expect([error.code, misconfigured]).toEqual(['BROKER_TLS', true]);
    expect(error.hint).toContain('broker.ca');
  });

  it('refuses a certificate for another host name', async () => {
    const other = makeCertificates('DNS:elsewhere.example');
    closers.push(async () => other.remove());
    const config = [`cafile ${other.ca}`, `certfile ${other.serverCert}`, `keyfile ${other.serverKey}`];
    const { port } = await mosquitto({ config });
    const connection = connect(`mqtts://localhost:${port}`, { ca: other.ca });
    connection.start();
    const { error, misconfigured } = await state(connection, 'away');
    expect([error.code, misconfigured]).toEqual(['BROKER_TLS', true]);
    expect(error.hint).toContain('host name');
  });

  it('shows its client certificate, and says so when the broker wants one', async () => {
    const url = await tlsBroker('require_certificate true', 'use_identity_as_username true');
    const { ca, clientCert, clientKey } = certificates;
    const known = connect(url, { ca, cert: clientCert, key: clientKey });
    known.start();
    await state(known, 'connected');
    const unknown = connect(url, { ca, clientId: 'other' });
    unknown.start();
    const { error, misconfigured } = await state(unknown, 'away');
    expect([error.code, misconfigured]).toEqual(['BROKER_TLS', true]);
    expect(error.hint).toContain('broker.cert');
  });

  it('does not speak TLS 1.1', async () => {
    const [key, cert] = [readFileSync(certificates.serverKey), readFileSync(certificates.serverCert)];
    const old = { key, cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    const server = createServer(old).listen(0, '127.0.0.1');
    closers.push(async () => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const willing = connectTls({ port, host: '127.0.0.1', ca: readFileSync(certificates.ca), ...old });
    await once(willing, 'secureConnect'); // so it is not the server that fails
    willing.destroy();
    const connection = connect(`mqtts://127.0.0.1:${port}`, { ca: certificates.ca });
    connection.start();
    expect((await state(connection, 'away')).error.code).toBe('BROKER_TLS');
  });

  it('says what to check when the port is not one for TLS, and when it is', async () => {
    const plain = await mosquitto();
    const tls = connect(plain.url.replace('mqtt:', 'mqtts:'), { ca: certificates.ca });
    tls.start();
    expect((await state(tls, 'away')).error.hint).toContain('broker.url');
    const toTls = connect((await tlsBroker()).replace('mqtts:', 'mqtt:'));
    toTls.start();
    const { error, misconfigured } = await state(toTls, 'away');
    expect([error.code, misconfigured]).toEqual(['BROKER_UNREACHABLE', false]);
    expect(error.hint).toContain('mqtts://');
  });
});
