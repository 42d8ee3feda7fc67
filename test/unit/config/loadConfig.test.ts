import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { StepcastError } from '../../../src/errors.js';

const load = (text: string, env: NodeJS.ProcessEnv = {}) => loadConfig({ text, env, hostName: 'pi' });

function failure(run: () => unknown): StepcastError {
  try {
    run();
  } catch (error) {
    if (error instanceof StepcastError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
const problemsIn = (text: string, env?: NodeJS.ProcessEnv) => failure(() => load(text, env)).message;

describe('loadConfig', () => {
  it('gives every default with no configuration at all', () => {
    const config = loadConfig({ env: {}, hostName: 'greenhouse-pi' });
    expect(config).toEqual({
      file: undefined,
      node: 'greenhouse-pi',
      broker: {
        url: 'mqtt://localhost:1883',
        encrypted: false,
        loopback: true,
        clientId: 'stepcast-greenhouse-pi',
        keepaliveSeconds: 30,
        sessionExpirySeconds: 604_800,
        receiveMaximum: 10_000,
        maxPayloadBytes: 1_048_576,
      },
      store: {
        path: 'stepcast.db',
        flushMs: 250,
        deviceStatesMs: 300_000,
        retention: { readingsMs: 90 * 86_400_000, forecastsMs: 30 * 86_400_000 },
      },
      streams: [
        {
          filter: 'sensors/#',
          decode: { payload: 'auto', value: [] },
          seriesTemplate: undefined,
          settings: {
            cadenceMs: 0,
            aggregate: 'mean',
            lateMs: 0,
            maxGapSteps: 24,
            counter: false,
            season: 0,
            horizon: 24,
            levels: [0.1, 0.5, 0.9],
            model: 'auto',
          },
        },
      ],
      learn: {
        enabled: true,
        everyMs: 21_600_000,
        minReadings: 500,
        maxCpu: 0.5,
        scope: 'series',
        mostOwn: 100,
        probationTicks: 256,
      },
      models: { dir: 'models', dirGiven: false, trust: [], revoked: [], allowUnsigned: false, maxBytes: 16_000_000 },
      publish: { prefix: 'stepcast', retain: true, qos: 0, homeassistant: false },
      devices: [],
      http: { listen: { host: '127.0.0.1', port: 8080 }, hosts: [], seriesMetrics: false },
      log: { level: 'info', format: 'auto' },
    });
  });

  it('reads where devices are', () => {
    const text = 'devices: [{ port: /dev/ttyACM0 }, { port: /dev/ttyS0, baud: 9600 }, { tcp: "hub:7000" }]';
    expect(loadConfig({ text, env: {}, hostName: 'pi' }).devices).toEqual([
      { port: '/dev/ttyACM0', baud: 115_200 },
      { port: '/dev/ttyS0', baud: 9_600 },
      { tcp: { host: 'hub', port: 7_000 } },
    ]);
  });

  it('reads the configuration that the contract shows', () => {
    const config = load(
      `
node: greenhouse-pi
broker: { url: mqtt://localhost:1883, username: me, password: !env SECRET, clientId: mine }
store:  { path: x.db, flush: 1s, deviceStates: 1m, retention: { readings: 7d, forecasts: forever } }
streams:
  - topic: zigbee2mqtt/+
    payload: json
    value: [temperature, humidity]
    time: last_seen
    sequence: linkquality
    series: "{topic.1}/{field}"
    cadence: 1m
    aggregate: last
    late: 5s
    maxGap: 3
    counter: true
    season: 1d
    horizon: 12
    model: gru-base
learn:  { every: 6h, minReadings: 500, maxCpu: 0.5, enabled: false }
models: { dir: m, trust: [ MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE= ], allowUnsigned: true, maxBytes: 64KiB }
publish: { prefix: site/a, retain: false, homeassistant: true, qos: 1 }
http:   { listen: "[::1]:0", token: 0123456789abcdef }
log:    { level: debug, format: json }
`,
      { SECRET: 'hunter2' },
    );
    expect(config.broker).toMatchObject({ username: 'me', password: 'hunter2', clientId: 'mine' });
    expect(config.store).toEqual({
      ...{ path: 'x.db', flushMs: 1_000, deviceStatesMs: 60_000 },
      retention: { readingsMs: 604_800_000 },
    });
    expect(config.streams).toEqual([
      {
        filter: 'zigbee2mqtt/+',
        decode: { payload: 'json', value: ['temperature', 'humidity'], time: 'last_seen', sequence: 'linkquality' },
        seriesTemplate: '{topic.1}/{field}',
        settings: {
          cadenceMs: 60_000,
          aggregate: 'last',
          lateMs: 5_000,
          maxGapSteps: 3,
          counter: true,
          season: 1_440,
          horizon: 12,
          levels: [0.1, 0.5, 0.9],
          model: 'gru-base',
        },
      },
    ]);
    expect(config.models).toMatchObject({ dir: 'm', dirGiven: true, maxBytes: 65_536 });
    expect(config.http.listen).toEqual({ host: '::1', port: 0 });
    expect(config.publish).toEqual({ prefix: 'site/a', retain: false, homeassistant: true, qos: 1 });
  });

  it('freezes the result through and through', () => {
    const config = load('');
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.store.retention)).toBe(true);
    expect(Object.isFrozen(config.streams[0]!.settings)).toBe(true);
  });

  it('reports every problem at once, each with its path, line and column, in the order of the file, on one line', () => {
    const message = problemsIn(`broker:
  url: http://x
  keepalive: soon
streams:
  - topic: a/#/b
    horizon: many
    topci: x
  - payload: jsno
log: { level: loud }
`);
    expect(message.split('; ')).toEqual([
      'broker.url (2:8): expected a broker URL such as mqtt://localhost:1883 (mqtt, mqtts, ws or wss), got "http://x"',
      'broker.keepalive (3:14): expected a duration such as 250ms, 10s, 1h or 90d, at least 1s, at most 18h, got "soon"',
      'streams[0].topic (5:12): expected an MQTT topic filter such as sensors/#: \'#\' must be the last level, got "a/#/b"',
      'streams[0].horizon (6:14): expected a whole number from 1 to 1024, got "many"',
      'streams[0].topci (7:5): unknown key, the nearest known key is topic',
      'streams[1].topic (8:5): expected an MQTT topic filter such as sensors/#, got nothing',
      'streams[1].payload (8:14): expected one of auto, number, json, senml-json, senml-cbor, sparkplug-b, influx, got "jsno"',
      'log.level (9:15): expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
    ]);
    expect(message).not.toContain('\n');
  });

  it('reports keys that do not go together beside keys that are wrong, but not where the wrong one may be the cause', () => {
    const message = problemsIn(`broker: { keepalive: soon }
http: { listen: '0.0.0.0:80', hots: [] }
source: { url: amqp://rabbit, workers: 4, worker: 5 }
streams:
  - { topic: a, late: 5s }
  - { topic: b, late: 5s, cadence: often }
  - { topic: c, payload: sparkplug-b }
`);
    expect(message.split('; ').map((line) => line.replace(/:.*/, ''))).toEqual([
      'broker.keepalive (1',
      'http.listen (2',
      'http.hots (2',
      'source.workers (3',
      'source.worker (3',
      'streams[0].late (5',
      'streams[1].cadence (6',
      'streams[2].payload (7',
    ]);
    expect(problemsIn('source: { url: nowhere, worker: 5 }\nstreams: [7]')).not.toContain('source.worker');
  });

  it('carries each problem for those who want a line each', () => {
    const { code, cause } = failure(() => load('nodes: a\nhttps: {}'));
    expect(code).toBe('CONFIG_INVALID');
    expect(cause).toEqual([
      'nodes (1:1): unknown key, the nearest known key is node',
      'https (2:1): unknown key, the nearest known key is http',
    ]);
  });

  it('names where a key belongs when it stands in the wrong section', () => {
    expect(problemsIn('prefix: home')).toContain('prefix (1:1): unknown key, the nearest known key is publish.prefix');
  });

  it('knows the keys under a name that is free', () => {
    const wrong = 'streams: [{ topic: s, covariates: { outdoor: { series: t, knwon: future } } }]';
    expect(problemsIn(wrong)).toContain(
      'streams[0].covariates.outdoor.knwon (1:59): unknown key, the nearest known key is known',
    );
  });

  it('takes a key without a value as not written', () => {
    expect(load('broker:\nstreams:\nstore: { path: }')).toEqual(load(''));
  });

  it('takes units and device classes for a stream or by field, and asks for the unit of a class', () => {
    const { streams } = load(
      'streams: [{ topic: "z/+", unit: { temperature: °C }, deviceClass: { temperature: temperature, level: ph } }]',
    );
    expect(streams[0]).toMatchObject({
      unit: { temperature: '°C' },
      deviceClass: { temperature: 'temperature', level: 'ph' },
    });
    expect(problemsIn('streams: [{ topic: a, deviceClass: { t: temperature } }]')).toContain(
      'streams[0].deviceClass.t (1:41): expected with unit',
    );
    expect(problemsIn('streams: [{ topic: a, deviceClass: power }]')).toContain('expected with unit');
    expect(problemsIn('streams: [{ topic: a, unit: W, deviceClass: warmth }]')).toContain(
      'a device class of Home Assistant',
    );
  });

  it('takes secrets from files and from credentials of systemd, and says which is not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stepcast-secrets-'));
    writeFileSync(join(folder, 'broker-password'), 'geheim\n');
    const env = { CREDENTIALS_DIRECTORY: folder };
    const secrets = `broker: { password: !credential broker-password, username: !file ${folder}/broker-password }`;
    expect(load(secrets, env).broker).toMatchObject({ password: 'geheim', username: 'geheim' });
    expect(problemsIn(secrets)).toBe(
      'broker.password (1:33): credential broker-password: expected a service of systemd with LoadCredential=broker-password:PATH in its unit',
    );
    expect(problemsIn('node: !credential ../broker-password', env)).toContain('is no name of a credential');
    expect(problemsIn('node: !credential none', env)).toContain(
      'credential none cannot be read: there is no such file',
    );
    expect(problemsIn(`node: !file ${folder}`)).toContain('it is a folder');
    expect(problemsIn('node: !file')).toContain('expected the path of a file after !file');
    rmSync(folder, { recursive: true });
  });

  it('takes !env from the environment and says which variable is missing', () => {
    expect(load('node: !env NODE_ID', { NODE_ID: 'n1' }).node).toBe('n1');
    expect(problemsIn('node: !env NODE_ID\nstore: { path: !env DB, flush: 1y }')).toBe(
      'node (1:12): environment variable NODE_ID is not set; store.path (2:21): environment variable DB is not set; ' +
        'store.flush (2:32): expected a duration such as 250ms, 10s, 1h or 90d, at most 10s, got "1y"',
    );
  });

  it('never shows a secret in an error', () => {
    const message = problemsIn('broker: { password: 12345678, url: "mqtt://me:geheim@" }\nhttp: { token: kurz }');
    expect(message).toContain('broker.password (1:21): expected a password');
    expect(message).not.toMatch(/12345678|geheim|kurz/);
  });

  it.each([
    ['a: [1', 'flow'],
    ['node: a\nnode: b', 'unique'],
    ['- a', 'expected a map of keys, got a list'],
    ['just text', 'expected a map of keys, got "just text"'],
    ['node: &a [*a]', 'alias contains itself'],
    ['node: *missing', 'missing'],
    ['node: !secret x', '!secret'],
    ['a: b: c', '1:'],
  ])('answers the YAML %j with one line that mentions %j', (text, mention) => {
    const { code, line } = failure(() => load(text));
    expect(code).toBe('CONFIG_INVALID');
    expect(line.toLowerCase()).toContain(mention);
    expect(line).not.toContain('\n');
  });

  it.each([
    ['node: a/b', 'node'],
    ['node: "+"', 'node'],
    ['node: ""', 'node'],
    ['publish: { prefix: "a/#" }', 'publish.prefix'],
    ['publish: { prefix: "$SYS" }', 'publish.prefix'],
    ['publish: { qos: 3 }', 'publish.qos'],
    ['models: { trust: [nonsense] }', 'models.trust[0]'],
    ['models: { maxBytes: 16 }', 'models.maxBytes'],
    ['http: { listen: "0.0.0.0:8080" }', 'http.token is required'],
    ['http: { listen: "127.0.0.1:99999" }', 'http.listen'],
    ['broker: { cert: a.pem }', 'broker.key'],
    ['broker: { key: a.pem }', 'broker.cert'],
    ['broker: { url: "mqtt://" }', 'broker.url'],
    ['broker: { url: "mqtt://%zz@host" }', 'broker.url'],
    ['learn: { maxCpu: 0 }', 'learn.maxCpu'],
    ['streams: []', 'at least one stream'],
    ['devices: [{}]', 'devices[0] (1:11): expected either port, such as /dev/ttyACM0, or tcp'],
    ['devices: [{ port: /dev/ttyACM0, tcp: "hub:1" }]', 'devices[0]'],
    ['devices: [{ tcp: hub }]', 'devices[0].tcp'],
    ['devices: [{ port: /dev/ttyACM0, baud: 12 }]', 'devices[0].baud'],
    ['devices: [{ prot: /dev/ttyACM0 }]', 'the nearest known key is port'],
    ['streams: [{ topic: a, late: 5s }]', 'streams[0].late'],
    ['streams: [{ topic: a, season: 1d }]', 'streams[0].season'],
    ['streams: [{ topic: a, cadence: 7s, season: 1m }]', 'streams[0].season'],
    ['streams: [{ topic: a, cadence: 0 }]', 'streams[0].cadence'],
    ['streams: [{ topic: a, series: "{tpoic}" }]', 'streams[0].series'],
    ['streams: [{ topic: a, model: ../m }]', 'streams[0].model'],
    ['streams: [{ topic: a, value: [1] }]', 'streams[0].value'],
    ['streams: { topic: a }', 'streams'],
    [
      'streams: [{ topic: a, covariates: { out: 3 } }]',
      'streams[0].covariates.out (1:42): expected the name of a series',
    ],
    ['streams: [{ topic: a, covariates: [b] }]', 'streams[0].covariates (1:35): expected a map of names to series'],
    [
      'streams: [{ topic: a, covariates: { out: { series: b, knwn: past } } }]',
      'covariates.out.knwn (1:55): unknown key',
    ],
    ['streams: [{ topic: a, covariates: { out: { series: b, known: later } } }]', 'known: future }, got a map'],
    ['streams: [{ topic: a, covariates: { 1out: b } }]', 'covariates.1out (1:37): no name: it takes letters'],
    ['streams: [{ topic: a, covariates: { me: a } }]', 'covariates.me (1:41): expected another series than this one'],
    ['streams: [{ topic: a, value: v, covariates: { me: { series: a.v } } }]', 'expected another series than this one'],
    ['streams: [{ topic: a, static: { area: wide } }]', 'streams[0].static.area (1:39): expected a number, got "wide"'],
  ])('refuses %j and names %j', (text, name) => {
    expect(problemsIn(text)).toContain(name);
  });

  it('takes covariates as a name or with when they are known, and static numbers', () => {
    const { streams } = load(
      'streams: [{ topic: "house/+", covariates: { outdoor: w/t, tariff: { series: p, known: future } }, static: { area: 1.2 } }]',
    );
    expect(streams[0]!.settings).toMatchObject({
      covariates: [
        { name: 'outdoor', series: 'w/t', known: 'past' },
        { name: 'tariff', series: 'p', known: 'future' },
      ],
      statics: { area: 1.2 },
    });
  });

  it('lets the series of one stream look at one another', () => {
    expect(() => load('streams: [{ topic: "s/+", covariates: { a: s/a } }]')).not.toThrow();
    expect(() => load('streams: [{ topic: s, value: [t, h], covariates: { h: s.h } }]')).not.toThrow();
  });

  it('keeps the credentials of a broker URL out of it', () => {
    const { broker } = load('broker: { url: "mqtts://me:p%40ss@broker.example" }');
    expect(broker).toMatchObject({
      url: 'mqtts://broker.example',
      username: 'me',
      password: 'p@ss',
      encrypted: true,
      loopback: false,
    });
  });

  it('makes a topic level of a host name that is none', () => {
    expect(loadConfig({ env: {}, hostName: 'a/b#c' }).node).toBe('a-b-c');
  });
});

describe('loadConfig with flags', () => {
  const text = 'broker: { url: mqtt://a, username: u }\nstreams: [{ topic: x, horizon: 5 }, { topic: y, horizon: 6 }]';
  const withFlags = (flags: object) => loadConfig({ text, flags, env: {}, hostName: 'pi' });

  it('puts the flags above the file and keeps the rest of it', () => {
    const config = withFlags({
      broker: 'mqtt://b:1',
      topic: ['z', 'y'],
      db: 'd.db',
      models: 'dir',
      http: 'localhost:1',
    });
    expect(config.broker).toMatchObject({ url: 'mqtt://b:1', username: 'u' });
    expect(config.streams.map(({ filter, settings }) => [filter, settings.horizon])).toEqual([
      ['z', 24],
      ['y', 6],
    ]);
    expect(config.store.path).toBe('d.db');
    expect(config.models).toMatchObject({ dir: 'dir', dirGiven: true });
    expect(config.http.listen).toEqual({ host: 'localhost', port: 1 });
  });

  it('names the flag, not a place in the file, when a flag is wrong', () => {
    expect(failure(() => withFlags({ broker: 'nonsense', topic: ['a#'] })).message).toBe(
      '--broker: expected a broker URL such as mqtt://localhost:1883 (mqtt, mqtts, ws or wss), got "nonsense"; ' +
        '--topic: expected an MQTT topic filter such as sensors/#: \'#\' must stand alone in its level, got "a#"',
    );
  });
});

describe('loadConfig from a file', () => {
  it('says that the file is missing and what to do', () => {
    const error = failure(() => loadConfig({ file: '/nowhere/stepcast.yaml', env: {}, hostName: 'pi' }));
    expect(error.code).toBe('CONFIG_UNREADABLE');
    expect(error.line).toMatch(/^read configuration \/nowhere\/stepcast.yaml: there is no such file — give the path/);
  });
});
