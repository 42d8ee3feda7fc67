import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import type { ApiForecast, ApiSeries } from '../../../src/http/api.js';
import { cleanup } from '../crash/support/cleanup.js';
import { type Daemon, startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { executable } from '../crash/support/installed.js';
import { workDirs } from '../crash/support/workDir.js';
import { startGuardedMosquitto } from '../support/dynamicSecurity.js';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js';

const newDir = workDirs();
const undo = cleanup();
const series = 'sensors/kitchen/temperature';

async function mosquitto(config: readonly string[] = []): Promise<Mosquitto> {
  const broker = await startMosquitto({ config });
  undo(() => broker.stop());
  return broker;
}

async function client(url: string): Promise<MqttClient> {
  const connected = await mqtt.connectAsync(url, { protocolVersion: 5 });
  undo(() => connected.endAsync(true));
  return connected;
}

function start(dir: string, url: string, http: object, rights: object = {}): Daemon {
  const daemon = startDaemon({
    dir,
    config: {
      ...{ node: 'pi', broker: { url, ...rights }, store: { path: 'stepcast.db', flush: '20ms' }, http },
      ...{ streams: [{ topic: 'sensors/#' }], learn: { enabled: false } },
    },
  });
  undo(() => daemon.kill());
  return daemon;
}

async function dashboard(daemon: Daemon): Promise<string> {
  await eventually('the dashboard', () => daemon.told('dashboard').length > 0);
  return daemon.told('dashboard')[0].url as string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const get = async <Row>(address: string): Promise<Row[]> => (await fetch(address)).json() as Promise<Row[]>;

async function readings(sensor: MqttClient, url: string, count: number): Promise<void> {
  const before = (await get<ApiSeries>(`${url}/api/series?accuracy=off`))[0]?.readings ?? 0;
  for (let i = 0; i < count; i++) await sensor.publishAsync(series, (20 + Math.sin(i)).toFixed(2), { qos: 1 });
  await eventually('the readings', async () => {
    const [row] = await get<ApiSeries>(`${url}/api/series?accuracy=off`);
    return row?.readings === before + count;
  });
}

const stepcast = async (...args: string[]): Promise<unknown> =>
  JSON.parse((await promisify(execFile)(process.execPath, [executable, ...args])).stdout);

/** Asks on the query topic; resolves with the answer. */
async function asker(url: string) {
  const questions = await client(url);
  await questions.subscribeAsync('answers/#', { qos: 1 });
  let sequence = 0;
  return async (question: unknown): Promise<{ packet: IPublishPacket; answer: unknown }> => {
    const correlationData = Buffer.from(`question ${++sequence}`);
    const answered = new Promise<{ packet: IPublishPacket; answer: unknown }>((resolve) => {
      questions.on('message', (_, payload, packet) => {
        if (packet.properties?.correlationData?.equals(correlationData))
          resolve({ packet, answer: JSON.parse(payload.toString()) });
      });
    });
    const payload = typeof question === 'string' ? question : JSON.stringify(question);
    const properties = { responseTopic: 'answers/here', correlationData };
    await questions.publishAsync('stepcast/pi/query', payload, { qos: 1, properties });
    return answered;
  };
}

describe('the daemon and its interface', () => {
  it('answer over HTTP and over MQTT 5 what the command line answers', async () => {
    const broker = await mosquitto();
    const dir = newDir();
    const daemon = start(dir, broker.url, { listen: '127.0.0.1:0' });
    const url = await dashboard(daemon);
    await daemon.connected();
    await readings(await client(broker.url), url, 60);
    const ask = await asker(broker.url);
    const db = join(dir, 'stepcast.db');

    const expected = await stepcast('query', series, '--db', db, '--format', 'json');
    expect((expected as ApiForecast[]).map(({ actual }) => actual === null)).toEqual(
      expect.arrayContaining([true, false]),
    );
    expect(await get<ApiForecast>(`${url}/api/forecasts?series=${series}`)).toEqual(expected);
    const { answer, packet } = await ask({ series });
    expect(answer).toEqual(expected);
    expect(packet).toMatchObject({ retain: false, properties: { contentType: 'application/json' } });

    const [{ issued }] = expected as ApiForecast[];
    const narrow = { series, issued, to: (expected as ApiForecast[])[3].target_time };
    const then = ['--issued', String(narrow.issued), '--to', String(narrow.to)];
    expect((await ask(narrow)).answer).toEqual(await stepcast('query', series, '--db', db, '--json', ...then));

    expect((await ask({ series: 'sensors/kitchen' })).answer).toMatchObject({ error: { code: 'SERIES_UNKNOWN' } });
    for (const wrong of [{}, { series, form: 1 }, { series, from: 'x' }, [], 'no json', 'x'.repeat(5000)])
      expect((await ask(wrong)).answer).toMatchObject({
        error: { code: 'QUERY_INVALID', message: expect.stringMatching(/\w{5}/) },
      });
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  it('do not answer where nobody asked them to, nor on topics of their own', async () => {
    const broker = await mosquitto();
    const daemon = start(newDir(), broker.url, { listen: 'off' });
    await daemon.connected();
    const questions = await client(broker.url);
    const heard: string[] = [];
    questions.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    await questions.subscribeAsync('stepcast/#', { qos: 1 });
    const question = JSON.stringify({ series });
    const send = (properties?: object) =>
      questions.publishAsync('stepcast/pi/query', question, { qos: 1, ...(properties && { properties }) });
    await send();
    for (const topic of [
      'stepcast/pi/status',
      'stepcast/all/model/x/manifest',
      'stepcast/pi/query',
      'stepcast/pi/model/x',
    ])
      await send({ responseTopic: topic });
    const ask = await asker(broker.url); // answered after all of them
    expect((await ask({ series })).answer).toMatchObject({ error: { code: 'SERIES_UNKNOWN' } });
    expect(heard.filter((line) => line.includes('"error"'))).toEqual([]);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  it('are none the worse for a broker that does not let questions be heard', async () => {
    const guarded = await startGuardedMosquitto(['sensors/#']);
    undo(() => guarded.stop());
    const rights = { username: 'stepcast', password: 'right' };
    const daemon = start(newDir(), guarded.broker.url, { listen: '127.0.0.1:0' }, rights);
    const url = await dashboard(daemon);
    await daemon.connected();
    await readings(await client(guarded.broker.url), url, 3);
    await eventually(
      'the refusal',
      () => daemon.told('the broker does not let questions be heard; forecasts go on without').length === 1,
    );
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  it('forecast without a port that is taken, say so once, and take it when it is free', async () => {
    const broker = await mosquitto();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const daemon = start(newDir(), broker.url, { listen: `127.0.0.1:${port}` });
    await daemon.connected();
    const complaints = () =>
      daemon
        .log()
        .split('\n')
        .filter((line) => line.includes('PORT_TAKEN'));
    await eventually('the complaint', () => complaints().length > 0);
    expect(complaints()[0]).toContain('http.listen');
    other.close();
    const url = await dashboard(daemon);
    await readings(await client(broker.url), url, 3);
    expect(complaints()).toHaveLength(1);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  it('say goodbye to who listens when they end, and go on with them after a restart', async () => {
    const broker = await mosquitto();
    const dir = newDir();
    const http = { listen: `127.0.0.1:${await freePort()}`, token: 'a-token-of-16-and-more' };
    const headers = { authorization: 'Bearer a-token-of-16-and-more' };
    const listen = async (url: string) => {
      const response = await fetch(`${url}/api/live?series=${series}`, { headers });
      expect(response.status).toBe(200);
      const heard = { text: '', ended: false };
      void (async () => {
        const decoder = new TextDecoder();
        for await (const chunk of response.body!) heard.text += decoder.decode(chunk as Uint8Array, { stream: true });
        heard.ended = true;
      })();
      return heard;
    };
    const first = start(dir, broker.url, http);
    const url = await dashboard(first);
    await first.connected();
    const sensor = await client(broker.url);
    const before = await listen(url);
    await eventually('hello', () => before.text.includes('event: hello'));
    await sensor.publishAsync(series, '21.5', { qos: 1 });
    await eventually('forecast', () => /event: forecast\ndata: .*"last":21\.5/.test(before.text));
    await eventually('latest', () => before.text.includes('event: latest'));
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    await eventually('goodbye', () => before.ended && before.text.includes('event: goodbye'));

    const second = start(dir, broker.url, http);
    await dashboard(second);
    const after = await listen(url);
    await second.connected();
    await sensor.publishAsync(series, '22.5', { qos: 1 });
    await eventually('forecast', () => /event: forecast\ndata: .*"last":22\.5/.test(after.text));
    const started = (text: string): string => /"started":(\d+)/.exec(text)![1];
    expect(started(after.text)).not.toBe(started(before.text));
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });
});
