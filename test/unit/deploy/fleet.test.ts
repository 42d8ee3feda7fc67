import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { readDocument } from '../../support/documents.js';

const file = (name: string): string => readDocument(`deploy/fleet/${name}`);
const env = { RABBITMQ_PASSWORD: 'r', POSTGRES_PASSWORD: 'p' };
const configOf = (text: string, hostName: string) => loadConfig({ text, env, hostName });

const check = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: z.string(),
  timeout: z.string(),
  retries: z.number().int(),
});
const service = z.strictObject({
  image: z.string(),
  hostname: z.string().optional(),
  restart: z.enum(['unless-stopped']),
  stop_grace_period: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  configs: z.array(z.strictObject({ source: z.string(), target: z.string().startsWith('/') })).optional(),
  ports: z.array(z.string().regex(/^\d+:\d+$/)).optional(),
  volumes: z.array(z.string().regex(/^[\w-]+:\/\S+$/)).optional(),
  healthcheck: check.optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(['service_healthy', 'service_started']) }))
    .optional(),
});
/** What of the Compose specification the file uses, and nothing else. */
const compose = z
  .object({
    name: z.string(),
    services: z.record(z.string(), service),
    configs: z.record(z.string(), z.strictObject({ file: z.string() })),
    volumes: z.record(z.string(), z.null()),
  })
  .catchall(z.unknown());

describe('the compose file of a fleet', () => {
  const read = (text: string) => compose.parse(parse(text, { merge: true }));
  const { services, configs, volumes, ...rest } = read(file('compose.yaml'));
  const workers = Object.entries(services).filter(([, { image }]) => image === 'stepcast');

  it('is of the shape that Compose reads, which a slip is not', () => {
    expect(Object.keys(rest).filter((key) => key !== 'name' && !key.startsWith('x-'))).toEqual([]);
    expect(() => read(file('compose.yaml').replace('retries:', 'tries:'))).toThrow('tries');
  });

  it('names only what it has: volumes, files, services that are healthy', () => {
    const used = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]));
    expect(used.sort()).toEqual(Object.keys(volumes).sort());
    for (const { configs: wanted = [] } of Object.values(services))
      for (const { source } of wanted) expect(file(configs[source]!.file)).not.toBe('');
    for (const { depends_on = {} } of Object.values(services))
      for (const name of Object.keys(depends_on)) expect(services[name]?.healthcheck).toBeDefined();
  });

  it('starts as many workers as the configuration counts, each in a place of its own, with every secret', () => {
    const places = workers.map(([, { hostname, environment }]) => {
      const { source, node } = loadConfig({ text: file('stepcast.yaml'), env: environment, hostName: hostname! });
      expect(node).toBe('stepcast');
      expect(source!.workers).toBe(workers.length);
      return source!.worker;
    });
    expect(places).toEqual([0, 1, 2, 3]);
  });

  it('has the nodes that RabbitMQ and the workers look for, and the plugins', () => {
    const nodes = [...file('rabbitmq.conf').matchAll(/nodes\.\d = rabbit@(\S+)/g)].map(([, name]) => name!);
    expect(nodes).toEqual(Object.keys(services).filter((name) => name.startsWith('rabbit')));
    const { source, store, broker } = configOf(file('stepcast.yaml'), 'stepcast-0');
    expect(source!.urls).toEqual(nodes.map((name) => `amqp://${name}`));
    expect(services[new URL(store.postgres!.url).hostname]).toBeDefined();
    expect(services[new URL(broker.url).hostname]).toBeDefined();
    expect(file('enabled_plugins')).toMatch(/^\[[a-z_,]+\]\.\n$/);
    for (const plugin of ['rabbitmq_mqtt', 'rabbitmq_consistent_hash_exchange'])
      expect(file('enabled_plugins')).toContain(plugin);
  });
});

const named = z.strictObject({ name: z.string() });
const labels = z.record(z.string(), z.string());
const selector = z.strictObject({ matchLabels: labels });
const quantities = z.partialRecord(z.enum(['cpu', 'memory']), z.string().regex(/^\d+(m|Mi|Gi)?$/));
const container = z.strictObject({
  name: z.string(),
  image: z.string().regex(/^\S+:\S+$/),
  args: z.array(z.string()),
  envFrom: z.array(z.strictObject({ secretRef: named })),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number().int() })),
  resources: z.strictObject({ requests: quantities, limits: quantities }),
  livenessProbe: z.strictObject({
    exec: z.strictObject({ command: z.array(z.string()) }),
    ...{
      initialDelaySeconds: z.number(),
      periodSeconds: z.number(),
      timeoutSeconds: z.number(),
      failureThreshold: z.number(),
    },
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
});
const volume = z.union([
  z.strictObject({ name: z.string(), configMap: named }),
  z.strictObject({ name: z.string(), emptyDir: z.strictObject({}) }),
]);
/** What of the Kubernetes API the file uses, and nothing else. */
const kinds = z.discriminatedUnion('kind', [
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ConfigMap'),
    metadata: named,
    data: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    ...{ apiVersion: z.literal('v1'), kind: z.literal('Secret'), metadata: named, type: z.literal('Opaque') },
    stringData: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    ...{ apiVersion: z.literal('v1'), kind: z.literal('Service'), metadata: named },
    spec: z.strictObject({
      ...{ clusterIP: z.literal('None'), selector: labels },
      ports: z.array(z.strictObject({ name: z.string(), port: z.number().int() })),
    }),
  }),
  z.strictObject({
    ...{ apiVersion: z.literal('policy/v1'), kind: z.literal('PodDisruptionBudget'), metadata: named },
    spec: z.strictObject({ maxUnavailable: z.number().int(), selector }),
  }),
  z.strictObject({
    ...{ apiVersion: z.literal('apps/v1'), kind: z.literal('StatefulSet'), metadata: named },
    spec: z.strictObject({
      ...{ serviceName: z.string(), replicas: z.number().int(), podManagementPolicy: z.literal('Parallel'), selector },
      template: z.strictObject({
        metadata: z.strictObject({ labels }),
        spec: z.strictObject({
          terminationGracePeriodSeconds: z.number().int(),
          securityContext: z.strictObject({
            ...{ runAsNonRoot: z.literal(true), runAsUser: z.number().positive(), fsGroup: z.number().positive() },
          }),
          containers: z.tuple([container]),
          volumes: z.array(volume),
        }),
      }),
    }),
  }),
]);

describe('the Kubernetes example of a fleet', () => {
  const read = (text: string) =>
    new Map(
      parseAllDocuments(text)
        .map((document) => kinds.parse(document.toJS()))
        .map((one) => [one.kind, one]),
    );
  const resources = read(file('kubernetes.yaml'));
  const of = <K extends z.infer<typeof kinds>['kind']>(kind: K) =>
    resources.get(kind) as Extract<z.infer<typeof kinds>, { kind: K }>;
  const { spec, metadata } = of('StatefulSet');
  const [worker] = spec.template.spec.containers;

  it('is of the shape that Kubernetes reads, which a slip is not', () => {
    expect(() => read(file('kubernetes.yaml').replace('replicas:', 'replica:'))).toThrow('replica');
  });

  it('has as many pods as the configuration counts workers, each with its place', () => {
    const text = of('ConfigMap').data['stepcast.yaml']!;
    for (let pod = 0; pod < spec.replicas; pod++) {
      const secrets = of('Secret').stringData;
      const { source, node } = loadConfig({ text, env: secrets, hostName: `${metadata.name}-${pod}` });
      expect({ node, worker: source!.worker, workers: source!.workers }).toEqual({
        ...{ node: metadata.name, worker: pod, workers: spec.replicas },
      });
    }
  });

  it('refers only to what it has', () => {
    expect(of('Service').metadata.name).toBe(spec.serviceName);
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect(of('Service').spec.selector).toEqual(spec.selector.matchLabels);
    expect(of('PodDisruptionBudget').spec.selector).toEqual(spec.selector);
    expect(worker.envFrom[0]!.secretRef.name).toBe(of('Secret').metadata.name);
    const volumes = spec.template.spec.volumes;
    expect(volumes.map(({ name }) => name).sort()).toEqual(worker.volumeMounts.map(({ name }) => name).sort());
    for (const one of volumes) if ('configMap' in one) expect(one.configMap.name).toBe(of('ConfigMap').metadata.name);
    const mounted = worker.volumeMounts.find(({ name }) => name === 'configuration')!;
    expect(worker.args).toEqual(['run', '--config', `${mounted.mountPath}/${Object.keys(of('ConfigMap').data)[0]}`]);
  });
});
