import protobuf from 'protobufjs/minimal.js';
import { asBuffer } from './utf8.js';

/** Datatypes of Sparkplug B 3.0, section 6.4.16, as far as they are numbers. */
export const Datatype = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  float: 9,
  double: 10,
  boolean: 11,
} as const;

export interface SparkplugMetric {
  name: string | undefined;
  alias: number | undefined;
  timestamp: number | undefined; // milliseconds
  datatype: number; // 0 when the metric does not say
  isNull: boolean;
  kind: 'integer' | 'float' | 'boolean' | 'other';
  raw: number; // integers as signed 64 bits
}

export interface SparkplugPayload {
  timestamp: number | undefined;
  seq: number | undefined;
  compressed: boolean;
  metrics: SparkplugMetric[];
  truncated: boolean; // it had more metrics than were asked for
}

/**
 * Reads a Sparkplug B payload, at most `maxMetrics` of its metrics, with protobuf's reader and without a schema: what is no
 * number (properties, templates, data sets) is skipped unread. @throws when the bytes are no such message.
 */
export const readSparkplug = (bytes: Uint8Array, maxMetrics: number): SparkplugPayload => {
  const reader = protobuf.Reader.create(asBuffer(bytes));
  const payload: SparkplugPayload = {
    timestamp: undefined,
    seq: undefined,
    compressed: false,
    metrics: [],
    truncated: false,
  };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x08) payload.timestamp = signed64(reader);
    else if (tag === 0x18) payload.seq = signed64(reader);
    else if (tag === 0x22) payload.compressed = reader.string() === 'SPBV1.0_COMPRESSED';
    else if (tag !== 0x12) reader.skipType(tag & 7, 0, tag >>> 3);
    else if (payload.metrics.length < maxMetrics) payload.metrics.push(readMetric(reader));
    else {
      payload.truncated = true;
      reader.skipType(2);
    }
  }
  return payload;
};

const readMetric = (reader: protobuf.Reader): SparkplugMetric => {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('a metric reaches past the end');
  const metric: SparkplugMetric = {
    name: undefined,
    alias: undefined,
    timestamp: undefined,
    datatype: 0,
    isNull: false,
    kind: 'other',
    raw: 0,
  };
  while (reader.pos < end) readField(reader, metric, reader.uint32());
  if (reader.pos !== end) throw new RangeError('a field reaches past the end of its metric');
  return metric;
};

const readField = (reader: protobuf.Reader, metric: SparkplugMetric, tag: number): void => {
  switch (tag) {
    case 0x0a:
      metric.name = reader.string();
      return;
    case 0x10:
      metric.alias = signed64(reader);
      return;
    case 0x18:
      metric.timestamp = signed64(reader);
      return;
    case 0x20:
      metric.datatype = reader.uint32();
      return;
    case 0x38:
      metric.isNull = reader.bool();
      return;
    case 0x50:
    case 0x58:
      setValue(metric, 'integer', signed64(reader));
      return;
    case 0x65:
      setValue(metric, 'float', reader.float());
      return;
    case 0x69:
      setValue(metric, 'float', reader.double());
      return;
    case 0x70:
      setValue(metric, 'boolean', reader.bool() ? 1 : 0);
      return;
    default:
      reader.skipType(tag & 7, 0, tag >>> 3);
  }
};

const setValue = (metric: SparkplugMetric, kind: SparkplugMetric['kind'], raw: number): void => {
  metric.kind = kind;
  metric.raw = raw;
};

/** protobuf gives a Long where that package is at hand, else a number. */
const signed64 = (reader: protobuf.Reader): number => {
  const value: unknown = reader.int64();
  return typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber();
};

/**
 * The number in a metric, undefined when it holds none, or an integer whose width and sign nothing tells.
 * Signed integers travel in unsigned fields, as two's complement of their own width or of the field's.
 */
export const numberOf = ({ kind, raw }: SparkplugMetric, datatype: number): number | undefined => {
  if (kind === 'other') return undefined;
  if (datatype === 0) return kind === 'integer' ? undefined : raw;
  if (datatype === Datatype.boolean) return raw === 0 ? 0 : 1;
  if (datatype > Datatype.boolean) return undefined;
  if (kind !== 'integer') return raw;
  switch (datatype) {
    case Datatype.int8:
      return (raw << 24) >> 24;
    case Datatype.int16:
      return (raw << 16) >> 16;
    case Datatype.int32:
      return raw | 0;
    case Datatype.uint8:
      return raw & 0xff;
    case Datatype.uint16:
      return raw & 0xffff;
    case Datatype.uint32:
      return raw >>> 0;
    case Datatype.uint64:
      return raw < 0 ? raw + 2 ** 64 : raw;
    default:
      return raw;
  }
};
