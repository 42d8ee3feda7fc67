import { describe, expect, it } from 'vitest';
import { configWarnings } from '../../../src/config/configWarnings.js';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { parseServerUrl } from '../../../src/config/serverUrl.js';

const load = (text: string, hostName = 'site-2') => loadConfig({ text, env: {}, hostName });
const fleet = 'source: { url: "amqp://u:p%40@rabbit", workers: 4 }\nstore: { url: "postgres://v:w@db/stepcast" }\n';

describe('the configuration of a fleet', () => {
  it('takes the place of a worker, and the name that all have in common, from the host name', () => {
    const { source, store, node, broker, learn } = load(fleet);
    expect({ node, clientId: broker.clientId, learns: learn.enabled }).toEqual({
      ...{ node: 'site', clientId: 'stepcast-site-2', learns: false },
    });
    expect(source).toEqual({
      ...{ urls: ['amqp://rabbit'], username: 'u', password: 'p@' },
      ...{ partitions: 32, worker: 2, workers: 4, inFlight: 10_000, standbyMs: 3000 },
    });
    expect(store.postgres).toEqual({ url: 'postgres://db/stepcast', username: 'v', password: 'w' });
  });

  it('prefers what is given, and several nodes of a cluster', () => {
    const { source, node } = load(
      'node: plant\nsource: { url: ["amqps://a/vh", "amqps://b/vh"], username: x, password: y, worker: 0, partitions: 8 }',
    );
    expect(node).toBe('plant');
    expect(source).toMatchObject({ urls: ['amqps://a/vh', 'amqps://b/vh'], username: 'x', password: 'y', worker: 0 });
  });

  it('leaves one machine as it was', () => {
    const { source, store, node, broker, learn } = load('');
    expect({ source, postgres: store.postgres, node, clientId: broker.clientId, learns: learn.enabled }).toEqual({
      ...{ source: undefined, postgres: undefined, node: 'site-2', clientId: 'stepcast-site-2', learns: true },
    });
  });

  it('may have one part of it alone: a database beside MQTT, or one worker with a file', () => {
    expect(load('store: { url: "postgresql://db" }').source).toBe(undefined);
    expect(load('source: { worker: 0 }').store.postgres).toBe(undefined);
  });

  it.each([
    [`${fleet}devices: [{ tcp: "hub:7000" }]`, 'devices'],
    [`${fleet}publish: { homeassistant: true }`, 'publish.homeassistant'],
    [`${fleet}streams: [{ topic: "spBv1.0/#", payload: sparkplug-b }]`, 'streams[0].payload'],
    [`${fleet}streams: [{ topic: a, covariates: { b: c } }]`, 'streams[0].covariates'],
    ['source: { worker: 0, workers: 2 }', 'source.workers'],
    ['source: { worker: 4, workers: 4 }\nstore: { url: "postgres://db" }', 'source.worker'],
    ['store: { url: "postgres://db", path: x.db }', 'store.path'],
    ['store: { url: "mysql://db" }', 'store.url'],
    ['source: { url: "mqtt://rabbit" }', 'source.url'],
    ['source: { url: [] }', 'source.url'],
    ['source: { partition: 3 }', 'the nearest known key is partitions'],
  ])('refuses %j by naming %s', (text, key) => {
    expect(() => load(text)).toThrow(key);
  });

  it('learns where that is asked for', () => {
    expect(load(`${fleet}learn: { enabled: true }`).learn.enabled).toBe(true);
    expect(load(`${fleet}learn: { scope: shared }`).learn).toMatchObject({ enabled: false, scope: 'shared' });
  });

  it('takes models that are pushed, with files of each worker beside one another', () => {
    const config = load(`${fleet}models: { allowUnsigned: true }`);
    expect(config.models.allowUnsigned).toBe(true);
    expect(config.store.path).toMatch(/^stepcast-\d+$/);
  });

  it('shows no password', () => {
    expect(() => load('source: { url: "mqtt://u:secret@rabbit" }')).toThrow(/^(?!.*secret)/);
    expect(parseServerUrl('postgres://u:secret@h/d?application_name=x', ['postgres'])).toEqual({
      ...{ url: 'postgres://h/d?application_name=x', username: 'u', password: 'secret' },
    });
  });

  it('warns of workers without a partition, and of readings that travel unencrypted', () => {
    const config = load('source: { url: "amqp://rabbit", partitions: 2, workers: 3 }\nstore: { url: "postgres://db" }');
    expect(configWarnings(config)).toEqual([
      expect.stringContaining('source.workers: 1'),
      expect.stringContaining('unencrypted from amqp://rabbit'),
    ]);
  });
});
