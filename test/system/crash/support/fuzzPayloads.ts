import { encode } from 'cbor-x';
import sparkplug from 'sparkplug-payload';
import type { Random } from '../../../../src/series/random.js';
import type { Outgoing } from './sender.js';

const hostileNumbers = [
  ...['NaN', 'nan', 'Infinity', '-Infinity', '1e308', '-1e308', '1e309', '-1e309', '5e-324', '-0', '1e400', '0x10'],
  ...[
    '9007199254740993',
    '1'.repeat(400),
    `0.${'0'.repeat(400)}1`,
    '1e',
    '--1',
    '1.2.3',
    '',
    ' ',
    '\0',
    '１２',
    '1_000',
  ],
];
const hostileNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  'a.b',
  'a/b',
  '+',
  '#',
  '\u0000',
  '💧',
  'x'.repeat(700),
];
/** Topics of which Mosquitto lets another level, or another hundred bytes, pass no more. */
const hostileLevels = ['x'.repeat(65_000), 'a/'.repeat(190), '💧'.repeat(100), ' '];
const times = [
  '0',
  '-1',
  '1e20',
  '1763865600000',
  '"2025-11-23T02:40:00Z"',
  '"yesterday"',
  'null',
  '99999999999999999999',
];

/** JSON text, more or less right: numbers, names and nesting that a decoder would rather not see. */
const json = (random: Random, depth = 0): string => {
  const kind = random.integer(depth > 4 ? 5 : 9);
  if (kind < 2) return String(Number(random.normal().toFixed(3)));
  if (kind === 2) return random.pick(hostileNumbers);
  if (kind === 3) return random.pick(['true', 'false', 'null', '"text"', '"12.5"', '"\\ud800"', '""']);
  if (kind === 4) return random.pick(times);
  if (kind === 5) return `[${Array.from({ length: random.integer(4) }, () => json(random, depth + 1)).join(',')}]`;
  const name = () =>
    random.chance(0.3)
      ? random.pick(hostileNames)
      : random.pick(['temperature', 'humidity', 'at', 'n', 'v', 'bn', 't']);
  return `{${Array.from({ length: random.integer(5) }, () => `${JSON.stringify(name())}:${json(random, depth + 1)}`).join(',')}}`;
};

const senml = (random: Random): unknown[] =>
  Array.from({ length: 1 + random.integer(3) }, () => ({
    bn: random.pick(['urn:dev:ow:10e2073a01080063:', 'a/b', '__proto__', '']),
    n: random.pick(['temp', 'label', '__proto__', '']),
    v: random.pick([1, -2.5, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 0]),
    t: random.pick([0, -5, 1.7e9, 1e30]),
    ...(random.chance(0.2) && { [random.pick(['x_', 'bver', 'vs', 'vb', 's'])]: random.pick([1, 'a', true, 99]) }),
  }));

const influx = (random: Random): string =>
  Array.from(
    { length: 1 + random.integer(3) },
    () =>
      `${random.pick(['weather', 'we\\ ather', '', ',', '#x', '__proto__'])}${random.pick(['', ',site=a', ',=', ',site=', ',a=b,c=d'])} ` +
      `${random.pick(['t', '__proto__', '', 'a\\=b'])}=${random.pick(['1', '2i', '3u', '1e308', '1e309', 'NaN', '"text', '"text"', 'true', ''])}` +
      ` ${random.pick(['', '1763865600000000000', '-1', '99999999999999999999999', 'now'])}`,
  ).join(random.pick(['\n', '\r\n', '\n\n']));

const sparkplugMessage = (random: Random): Uint8Array =>
  sparkplug.get('spBv1.0')!.encodePayload({
    timestamp: random.pick([0, 1_763_865_600_000, 1]),
    seq: random.integer(256),
    metrics: Array.from({ length: random.integer(3) }, () => ({
      name: random.pick(['temperature', '__proto__', '', 'Node Control/Rebirth']),
      alias: random.integer(4),
      type: random.pick(['Double', 'Float']) as 'Double',
      value: random.pick([1.5, 1e308, Number.NaN, Number.NEGATIVE_INFINITY]),
    })),
  });

const bytes = (random: Random, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => random.integer(256)));

const deep = (random: Random): string => {
  const depth = random.pick([20, 1_000, 50_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  return open.repeat(depth) + (random.chance(0.5) ? `1${close.repeat(depth)}` : '');
};

const mutated = (payload: Buffer, random: Random): Buffer => {
  if (payload.length === 0) return payload;
  const at = random.integer(payload.length);
  switch (random.integer(5)) {
    case 0:
      return payload.subarray(0, at);
    case 1:
      return Buffer.concat([payload.subarray(0, at), bytes(random, 1 + random.integer(8)), payload.subarray(at)]);
    case 2:
      return Buffer.concat([payload, payload.subarray(at)]);
    default: {
      const copy = Buffer.from(payload);
      for (let i = 0; i <= random.integer(3); i++) copy[random.integer(copy.length)] = random.integer(256);
      return copy;
    }
  }
};

const formats = ['auto', 'number', 'json', 'senml-json', 'senml-cbor', 'influx', 'sparkplug-b'] as const;

const valid = (format: (typeof formats)[number], random: Random): Buffer => {
  switch (format) {
    case 'number':
      return Buffer.from(random.chance(0.5) ? random.normal().toFixed(3) : random.pick(hostileNumbers));
    case 'json':
      return Buffer.from(json(random));
    case 'senml-json':
      return Buffer.from(JSON.stringify(senml(random)));
    case 'senml-cbor':
      return Buffer.from(encode(senml(random)));
    case 'influx':
      return Buffer.from(influx(random));
    case 'sparkplug-b':
      return Buffer.from(sparkplugMessage(random));
    default:
      return valid(random.pick(formats.slice(1)), random);
  }
};

/** Half of them what a format's own encoder gives, with hostile contents; the others damaged, nested, or noise. */
export const fuzzPayload = (random: Random): Outgoing => {
  const format = random.pick(formats);
  const topic =
    format === 'sparkplug-b'
      ? `spBv1.0/fuzz/${random.pick(['NBIRTH', 'NDATA', 'NDEATH', 'DBIRTH', 'DDATA', 'DDEATH', 'NCMD', 'X'])}/edge${random.pick(['', '/device'])}`
      : `fuzz/${format}/${random.chance(0.001) ? random.pick(hostileLevels) : random.integer(10)}`;
  const dice = random.uniform();
  if (dice < 0.5) return { topic, payload: valid(format, random) };
  if (dice < 0.9) return { topic, payload: mutated(valid(format, random), random) };
  if (dice < 0.905) return { topic, payload: deep(random) };
  return { topic, payload: bytes(random, random.integer(200)) };
};

/** Streams that take the payloads: every format by its name, and by guess. JSON fields are named, so that noise makes few series. */
export const fuzzStreams = [
  ...formats
    .filter((format) => format !== 'sparkplug-b')
    .map((payload) => ({
      topic: `fuzz/${payload}/#`,
      payload,
      ...(payload === 'json' && { value: ['temperature', 'humidity', '__proto__', 'constructor.name'], time: 'at' }),
    })),
  { topic: 'spBv1.0/#', payload: 'sparkplug-b' },
];
