import { type Field, f64, hex, reserved, text, u8, u16, u32, u53 } from './field.js';

/** What follows the fields of fixed size: bytes, or the rows of a forecast. */
export type Tail = 'bytes' | 'some bytes' | 'rows';

export interface Layout {
  readonly name: string;
  readonly type: number;
  readonly fields: readonly Field[];
  readonly tail?: Tail;
  /** Whether fields that are in range one by one fit together. */
  readonly fits?: (message: never) => boolean;
}

const label = /^[A-Za-z0-9_.-]+$/;
const printable = /^[\x20-\x7e]*$/;
const anyText = /^/;
const most32 = 0xffff_ffff;
const positive = [1, most32] as const;
const sequences = [1, most32 - 1] as const;
const payloads = [64, 250] as const;

const forecast = {
  fields: [
    ...[u32('boot', positive), u32('sequence'), u32('stepMs'), u8('channel'), u8('levelCount', [1, 9])],
    ...[u8('horizon', [1, 255]), u8('first', [1, 255]), u8('count', [1, 255]), reserved(1)],
  ],
  tail: 'rows',
  fits: ({ first, count, horizon }: { first: number; count: number; horizon: number }) => first + count - 1 <= horizon,
} as const;

const state = {
  fields: [u8('channel'), reserved(1), u16('offset'), u16('total'), u32('crc32'), u32('sequence'), hex('model', 8)],
  tail: 'bytes',
  fits: ({ offset, total, data }: { offset: number; total: number; data: Uint8Array }) => offset + data.length <= total,
} as const;

const nak = [u8('code'), u8('type'), u32('detail')];

/** Every message of the protocol, firmware-bridge/protocol/README.md section 3, by its name there; those of the host begin with HOST where both have one. */
export const layouts: readonly Layout[] = [
  {
    ...{ name: 'HELLO', type: 0x01 },
    fields: [
      ...[u8('min'), u8('max'), u8('chosen'), u8('flags'), u32('nonce'), text('id', 24, label)],
      ...[text('firmware', 16, printable), u32('boot', positive), u32('bootCount'), u8('resetReason', [0, 6])],
      ...[u8('cell', [0, 3]), u8('slot', [0, 1, 255]), u8('slotState', [0, 3]), u32('modelVersion')],
      ...[hex('modelSha256', 32), u32('slotBytes'), u16('stateBytes'), u16('ringCapacity', [1, 65_535])],
      ...[u16('ringUsed'), u8('channels'), u8('maxPayload', payloads)],
    ],
  },
  {
    ...{ name: 'CHANNEL', type: 0x02 },
    fields: [u8('channel'), reserved(1), u32('stepMs'), text('label', 24, label), text('unit', 8, anyText)],
  },
  {
    ...{ name: 'READING', type: 0x03 },
    fields: [
      ...[u32('boot', positive), u32('sequence', sequences), u16('held'), u8('channel'), u8('flags')],
      ...[u53('ms'), f64('value')],
    ],
    fits: ({ sequence, held }: { sequence: number; held: number }) => held < sequence,
  },
  { name: 'FORECAST', type: 0x04, ...forecast },
  { name: 'TIME', type: 0x05, fields: [u32('id'), u53('receivedMs'), u53('sentMs')] },
  {
    ...{ name: 'STATS', type: 0x06 },
    fields: [
      ...[u32('boot', positive), u53('uptimeMs'), u32('readings'), u32('dropped'), u32('resent'), u32('frames')],
      ...[u32('crcErrors'), u32('malformed'), u32('overruns'), u16('ringUsed'), u16('ringPeak'), u32('forecasts')],
    ],
  },
  {
    ...{ name: 'MODEL', type: 0x07 },
    fields: [u32('transfer'), u8('status'), u8('slot', [0, 1, 255]), reserved(2), u32('offset')],
  },
  { name: 'STATE', type: 0x08, ...state },
  { name: 'STATE_STATUS', type: 0x09, fields: [u8('channel'), u8('status'), u16('offset')] },
  { name: 'NAK', type: 0x0f, fields: nak },
  {
    ...{ name: 'HOST_HELLO', type: 0x81 },
    fields: [
      ...[u8('min'), u8('max'), u8('flags'), u8('maxPayload', payloads), u32('nonce', positive)],
      text('node', 24, label),
    ],
  },
  {
    ...{ name: 'ACK', type: 0x83 },
    fields: [u32('boot', positive), u32('committed', positive), u32('received', positive), u16('credit')],
    fits: ({ committed, received }: { committed: number; received: number }) => committed <= received,
  },
  { name: 'HOST_FORECAST', type: 0x84, ...forecast },
  { name: 'TIME_GET', type: 0x85, fields: [u32('id')] },
  {
    ...{ name: 'TIME_SET', type: 0x86 },
    fields: [u32('boot', positive), u53('deviceMs'), u53('epochMs'), u32('uncertaintyMs')],
  },
  { name: 'HOST_NAK', type: 0x8f, fields: nak },
  {
    ...{ name: 'MODEL_BEGIN', type: 0x90 },
    fields: [u32('transfer', positive), u32('version'), u32('size', positive), u32('crc32'), hex('sha256', 32)],
  },
  { name: 'MODEL_CHUNK', type: 0x91, fields: [u32('transfer', positive), u32('offset')], tail: 'some bytes' },
  { name: 'MODEL_END', type: 0x92, fields: [u32('transfer', positive)] },
  { name: 'MODEL_COMMIT', type: 0x93, fields: [u32('transfer', positive)] },
  { name: 'MODEL_CONFIRM', type: 0x94, fields: [u32('transfer'), u8('verdict', [0, 1])] },
  { name: 'STATE_GET', type: 0x98, fields: [u8('channel'), reserved(1), u16('offset')] },
  { name: 'STATE_SET', type: 0x99, ...state },
];
