import { z } from 'zod';
import { plainSettings } from '../series/plainSettings.js';
import { isLoopback } from './brokerUrl.js';
import { deviceClasses } from './deviceClasses.js';
import {
  amqpUrls,
  brokerUrl,
  byField,
  choice,
  covariates,
  duration,
  durationOr,
  filePath,
  fraction,
  hostAndPort,
  listenAddress,
  numbers,
  paths,
  postgresUrl,
  quantileLevels,
  season,
  size,
  text,
  topicFilter,
  whole,
  yesNo,
} from './fields.js';
import { streamProblems } from './streamProblems.js';
import { isTopicLevel, isTopicPrefix } from './topicLevel.js';
import { isKeyOrId, isTrustKey } from './trustKey.js';

export const payloadKinds = ['auto', 'number', 'json', 'senml-json', 'senml-cbor', 'sparkplug-b', 'influx'] as const;
const second = 1_000;
const day = 86_400_000;

const broker = z
  .strictObject({
    url: brokerUrl()
      .prefault('mqtt://localhost:1883')
      .describe('Where the broker is: mqtt, mqtts (TLS), ws or wss. May carry USER:PASSWORD@.'),
    username: text('a user name', { title: 'text' }).optional().describe('User name.'),
    password: text('a password', { title: 'text' })
      .optional()
      .describe('Password; best given as `!env NAME`, `!file PATH` or `!credential NAME`.'),
    ca: filePath()
      .optional()
      .describe('PEM file of the authority that signed the broker’s certificate; default: those Node trusts.'),
    cert: filePath().optional().describe('PEM file of the client certificate, with `key`.'),
    key: filePath().optional().describe('PEM file of the client certificate’s private key.'),
    clientId: text('a client identifier', { title: 'text' })
      .optional()
      .describe('MQTT client identifier: it names the session that the broker keeps. Default: `stepcast-NODE`.'),
    keepalive: duration(second, 18 * 3_600 * second)
      .prefault('30s')
      .describe('Longest silence before a ping.'),
    sessionExpiry: duration(0)
      .prefault('7d')
      .describe(
        'How long the broker keeps the session, with everything that arrives for it, while the daemon is away.',
      ),
    receiveMaximum: whole(1, 65_535)
      .prefault(10_000)
      .describe('Most messages in flight: delivered and not yet committed.'),
    maxPayload: size(64).prefault('1MiB').describe('Larger payloads are refused unread.'),
  })
  .superRefine(({ url, ca, cert, key }, context) => {
    for (const [name, value] of Object.entries({ ca, cert, key })) {
      if (value === undefined || url.encrypted) continue;
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `expected mqtts:// or wss:// in broker.url, or no ${name}`,
      });
    }
    const message = (have: string) => `expected with ${have}: a client certificate is cert and key together`;
    if (cert !== undefined && key === undefined)
      context.addIssue({ code: 'custom', path: ['key'], message: message('cert') });
    if (key !== undefined && cert === undefined)
      context.addIssue({ code: 'custom', path: ['cert'], message: message('key') });
  });

const source = z.strictObject({
  url: amqpUrls()
    .prefault('amqp://localhost:5672')
    .describe(
      'Where RabbitMQ is: amqp or amqps (TLS), with USER:PASSWORD@ and /VHOST. A list: the nodes of one cluster.',
    ),
  username: text('a user name', { title: 'text' })
    .optional()
    .describe('User name. Default: that of the URL, or guest.'),
  password: text('a password', { title: 'text' })
    .optional()
    .describe('Password; best given as `!env NAME`, `!file PATH` or `!credential NAME`.'),
  ca: filePath().optional().describe('PEM file of the authority that signed the certificates of the cluster.'),
  cert: filePath().optional().describe('PEM file of the client certificate, with `key`.'),
  key: filePath().optional().describe('PEM file of the client certificate’s private key.'),
  partitions: whole(1, 4_096)
    .prefault(32)
    .describe('Queues that series are dealt to. The same for all workers, for good.'),
  worker: whole(0, 4_095)
    .optional()
    .describe('Number of this worker, from 0. Default: the number at the end of the host name, as in `stepcast-2`.'),
  workers: whole(1, 4_096).prefault(1).describe('How many there are.'),
  inFlight: whole(1, 1_000_000)
    .prefault(10_000)
    .describe('Most messages in flight, were one worker to hold every partition; each partition has its part of it.'),
  standby: duration(100, 600 * second)
    .prefault('3s')
    .describe('How long a partition waits for the worker that it belongs to before others stand in line for it.'),
});

const stream = z
  .strictObject({
    topic: topicFilter().describe(
      'MQTT topic filter, `+` and `#` allowed. The first stream that matches a topic takes it.',
    ),
    payload: choice(payloadKinds).prefault('auto').describe('Format of the payloads.'),
    value: paths().prefault([]).describe('JSON path or paths of the values; none: every numeric field.'),
    time: text('a JSON path', { title: 'path' }).optional().describe('JSON path of the time; default: arrival time.'),
    sequence: text('a JSON path', { title: 'path' })
      .optional()
      .describe('JSON path of a number that the sender counts up by one a message; a jump is reported as a gap.'),
    series: text('a series name such as {topic}.{field}', { title: 'text', accepts: isSeriesTemplate })
      .optional()
      .describe(
        'Name of the series: `{topic}`, `{field}` and `{topic.0}`, `{topic.1}` … for single levels. Default: `{topic}` for a bare number, `{topic}.{field}` otherwise.',
      ),
    cadence: z
      .union([z.literal('event'), duration(1, 366 * day)], { error: 'expected event, or a duration such as 10s or 1m' })
      .meta({ title: 'event or duration' })
      .prefault('event')
      .describe('`event`: every reading is one step. A duration: a regular grid with steps of that width.'),
    aggregate: choice(['mean', 'last', 'min', 'max', 'sum'])
      .prefault(plainSettings.aggregate)
      .describe('What several readings in one step of the grid become.'),
    late: duration(0, day)
      .prefault('0s')
      .describe('How long a step of the grid waits for readings that come late, by the readings’ own clock.'),
    maxGap: whole(0, 100_000)
      .prefault(plainSettings.maxGapSteps)
      .describe('Longest run of missing steps that is bridged; a longer one clears the recurrent state.'),
    counter: yesNo()
      .prefault(plainSettings.counter)
      .describe('The value is a meter that only counts up: its increase a step is forecast, resets included.'),
    season: season().prefault('auto').describe('Season: found from the cadence, a number of steps, or a duration.'),
    horizon: whole(1, 1_024).prefault(24).describe('Steps to forecast.'),
    levels: quantileLevels()
      .prefault([...plainSettings.levels])
      .describe('Quantile levels of the forecasts, increasing, 0.5 among them.'),
    model: text('a model name, or auto', { title: 'text', pattern: modelPattern(), accepts: isModelName })
      .prefault('auto')
      .describe('Name of a model, or `auto`: the one that fits.'),
    covariates: covariates()
      .prefault({})
      .describe(
        'Other series to look at, by a name of your choice: `outdoor: weather/temperature`. `{ series: NAME, known: future }` is one whose readings carry times ahead, such as a weather forecast or a tariff.',
      ),
    unit: byField(text('a unit such as °C', { title: 'text', accepts: isUnit }), 'a unit such as °C')
      .optional()
      .describe(
        'Unit of the values, for people and Home Assistant: `°C`, or by field `{ temperature: °C, humidity: "%" }`.',
      ),
    deviceClass: byField(choice(deviceClasses), 'a device class of Home Assistant such as temperature')
      .optional()
      .describe('What the values are to Home Assistant, such as `temperature`, or by field; needs `unit`.'),
    static: numbers()
      .prefault({})
      .describe('Numbers that are always true of these series, for models that ask for `static.NAME`; from −10 to 10.'),
  })
  .superRefine((value, context) => {
    for (const { path, message } of streamProblems(value)) context.addIssue({ code: 'custom', path, message });
  });

const retention = z.strictObject({
  readings: durationOr('forever').prefault('90d').describe('How long readings are kept.'),
  forecasts: durationOr('forever').prefault('30d').describe('How long forecasts are kept.'),
});

const store = z.strictObject({
  path: filePath()
    .prefault('stepcast.db')
    .describe('The SQLite file; a relative path starts at the working directory.'),
  url: postgresUrl()
    .optional()
    .describe(
      'In place of `path`: a PostgreSQL database that several workers may share. `postgres://USER:PASSWORD@HOST/DATABASE`.',
    ),
  password: text('a password', { title: 'text' })
    .optional()
    .describe('Password at PostgreSQL; best given as `!env NAME`, `!file PATH` or `!credential NAME`.'),
  flush: duration(0, 10 * second)
    .prefault('250ms')
    .describe('Readings are committed and acknowledged in groups: the longest one of them waits.'),
  deviceStates: duration(second)
    .prefault('5m')
    .describe('Time between two copies of what the network of a device remembers, which it gets back after a restart.'),
  retention: retention.prefault({}).describe('What is deleted, and when.'),
});

const learn = z.strictObject({
  enabled: yesNo()
    .prefault(true)
    .describe('Whether the models learn on this machine. With `store.url` they do only where it is given.'),
  every: duration(60 * second)
    .prefault('6h')
    .describe('Time between fine-tunes.'),
  minReadings: whole(1, 100_000_000).prefault(500).describe('New readings that a fine-tune needs.'),
  maxCpu: fraction().prefault(0.5).describe('Share of one core that learning may take.'),
  scope: choice(['series', 'shared'])
    .prefault('series')
    .describe(
      '`series`: each series makes a version of its own. `shared`: those that share a model are learned from together, and share what comes of it.',
    ),
  mostOwn: whole(1, 100_000)
    .prefault(100)
    .describe(
      'Series that may have a network of their own: each takes 0.2 MB. The least used of them go back to sharing.',
    ),
  probation: whole(32, 100_000)
    .prefault(256)
    .describe('Steps over which the model before is stepped on beside a new one, and comes back if it errs less.'),
});

const models = z.strictObject({
  dir: filePath()
    .prefault('models')
    .describe('Folder of the model files. While the default does not exist, the models of the package are used.'),
  trust: z
    .array(text('an Ed25519 public key (PEM or base64)', { title: 'public key', accepts: isTrustKey }), {
      error: 'expected a list of Ed25519 public keys',
    })
    .meta({ title: 'list of public keys' })
    .prefault([])
    .describe('Ed25519 public keys (PEM or base64) whose models are taken.'),
  revoked: z
    .array(text('an Ed25519 public key, or the id of one', { title: 'key or id', accepts: isKeyOrId }), {
      error: 'expected a list of keys or their ids',
    })
    .meta({ title: 'list of keys or ids' })
    .prefault([])
    .describe(
      'Keys, or ids of keys, refused even when `trust` lists them; what they alone signed goes out of use at the next start.',
    ),
  allowUnsigned: yesNo().prefault(false).describe('Whether models without a signature are taken.'),
  maxBytes: size(1).prefault('16MB').describe('Larger models are refused.'),
});

const device = z
  .strictObject({
    port: filePath()
      .optional()
      .describe(
        'Serial port, such as `/dev/ttyACM0`, or all that match `/dev/serial/by-id/*`. It may come and go while the daemon runs.',
      ),
    baud: whole(300, 4_000_000).prefault(115_200).describe('Bits a second of the serial port.'),
    tcp: hostAndPort().optional().describe('In place of `port`: who serves the line over TCP.'),
  })
  .superRefine(({ port, tcp }, context) => {
    if ((port === undefined) === (tcp === undefined))
      context.addIssue({
        code: 'custom',
        message: 'expected either port, such as /dev/ttyACM0, or tcp, such as hub:7000',
      });
  });

const publish = z.strictObject({
  prefix: text('a topic without wildcards such as stepcast', { title: 'topic', accepts: isTopicPrefix })
    .prefault('stepcast')
    .describe('First levels of every topic that is published to.'),
  retain: yesNo().prefault(true).describe('Whether the broker keeps the last forecast of each series.'),
  qos: z
    .union([z.literal(0), z.literal(1)], { error: 'expected 0 or 1' })
    .meta({ title: '0 or 1' })
    .prefault(0)
    .describe('Quality of service of the forecasts.'),
  homeassistant: yesNo().prefault(false).describe('Whether forecasts announce themselves to Home Assistant.'),
});

const http = z
  .strictObject({
    listen: listenAddress()
      .prefault('127.0.0.1:8080')
      .describe('Where the dashboard listens; anywhere but loopback needs `token`.'),
    token: text('a token of at least 16 characters', { title: 'text', accepts: (token) => token.length >= 16 })
      .optional()
      .describe('What a client must present; at least 16 characters.'),
    hosts: z
      .array(text('a host name such as dash.example.org', { title: 'host name', pattern: '^[A-Za-z0-9._-]+$' }), {
        error: 'expected a list of host names',
      })
      .meta({ title: 'list of host names' })
      .prefault([])
      .describe(
        'Further names that the dashboard is asked for by, as behind a proxy. Its own addresses and host name always are.',
      ),
    seriesMetrics: yesNo()
      .prefault(false)
      .describe('Whether `/metrics` has value, forecast and skill of each series: four gauges a series.'),
  })
  .superRefine(({ listen, token }, context) => {
    if (listen === 'off' || token !== undefined || isLoopback(listen.host)) return;
    const message =
      'expected a loopback address such as 127.0.0.1:8080: http.token is required to listen anywhere else';
    context.addIssue({ code: 'custom', path: ['listen'], message });
  });

const log = z.strictObject({
  level: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .prefault('info')
    .describe('Least severe level that is logged.'),
  format: choice(['auto', 'pretty', 'json'])
    .prefault('auto')
    .describe('`auto`: pretty on a terminal, JSON lines otherwise.'),
});

/** The configuration file. Its input side is the JSON Schema and the reference; its output side is what `toConfig` reads. */
export const configSchema = z.strictObject({
  node: text('a name without / + #', { title: 'text', pattern: '^[^/+#]+$', accepts: isTopicLevel })
    .optional()
    .describe('Name of this machine in topics. Default: the host name.'),
  broker: broker.prefault({}).describe('The MQTT broker.'),
  source: source
    .optional()
    .describe('In place of the subscription at the broker: the queues of a [fleet](fleet.md) on RabbitMQ.'),
  store: store.prefault({}).describe('The database.'),
  streams: z
    .array(stream, { error: 'expected a list of streams, each with a topic' })
    .min(1, { error: 'expected at least one stream, with a topic' })
    .prefault([{ topic: 'sensors/#' }])
    .describe('What to listen to, and how to read it.'),
  learn: learn.prefault({}).describe('Learning on this machine.'),
  models: models.prefault({}).describe('The models.'),
  publish: publish.prefault({}).describe('What is published.'),
  devices: z
    .array(device, { error: 'expected a list of devices, each with a port' })
    .prefault([])
    .describe('Microcontrollers on a line of their own: [firmware bridge](firmware-bridge.md).'),
  http: http.prefault({}).describe('The dashboard and its interface.'),
  log: log.prefault({}).describe('The log, on standard error.'),
});

export type ParsedConfig = z.output<typeof configSchema>;
export type ParsedStream = z.output<typeof stream>;

function modelPattern(): string {
  return '^[A-Za-z0-9][A-Za-z0-9._-]*(@[0-9]+)?$';
}

function isModelName(name: string): boolean {
  return new RegExp(modelPattern()).test(name);
}

function isUnit(unit: string): boolean {
  return unit !== '' && unit.length <= 32;
}

function isSeriesTemplate(template: string): boolean {
  return (
    template !== '' &&
    (template.match(/\{[^}]*\}?/g) ?? []).every((hole) => /^\{(topic|field|topic\.\d{1,3})\}$/.test(hole))
  );
}
