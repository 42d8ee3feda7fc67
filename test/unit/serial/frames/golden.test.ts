import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cobsDecode, cobsEncode } from '../../../../src/serial/frames/cobs.js';
import { crc16 } from '../../../../src/serial/frames/crc16.js';
import { FrameReader } from '../../../../src/serial/frames/frameReader.js';
import type { Message } from '../../../../src/serial/frames/messages.js';
import { readContent } from '../../../../src/serial/frames/readContent.js';
import { writeFrame } from '../../../../src/serial/frames/writeFrame.js';

interface Vector {
  readonly name: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
  readonly content: string;
  readonly line: string;
}

interface Golden {
  readonly crc16: readonly { of: string; is: number }[];
  readonly cobs: readonly { data: string; encoded: string }[];
  readonly messages: readonly Vector[];
  readonly bad: readonly { name: string; receiver: 'host' | 'device' | 'both'; verdict: string; line: string }[];
  readonly streams: readonly {
    name: string;
    receiver: 'host' | 'device';
    line: string;
    verdicts: readonly string[];
    messages: readonly string[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../../firmware-bridge/protocol/golden.json', import.meta.url), 'utf8'),
);
const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));
const digits = (data: Uint8Array): string => Buffer.from(data).toString('hex');

/** The fields of the vector as a message of ours. */
const messageOf = ({ message: name, fields }: Vector): Message => {
  const { name: label, ...rest } = fields;
  const data = typeof rest.data === 'string' && { data: bytes(rest.data) };
  return { name, ...rest, ...(label !== undefined && { label }), ...data } as unknown as Message;
};

const sideOf = ({ message, fields: _ }: Vector): 'host' | 'device' =>
  /^(HOST_|ACK$|TIME_|MODEL_|STATE_[GS]ET$)/.test(message) ? 'device' : 'host';

const read = (line: Uint8Array, receiver: 'host' | 'device', pieces = 1) => {
  const found = { messages: [] as Message[], verdicts: [] as string[] };
  const reader = new FrameReader(receiver, {
    message: (message) => found.messages.push(message),
    bad: ({ verdict }) => found.verdicts.push(verdict),
  });
  const size = Math.ceil(line.length / pieces);
  for (let at = 0; at < line.length; at += size) reader.push(line.subarray(at, at + size));
  return found;
};

describe('the golden vectors of the protocol', () => {
  it.each(golden.crc16)('CRC-16 of "$of"', ({ of, is }) => {
    expect(crc16(Buffer.from(of))).toBe(is);
  });

  it.each(golden.cobs)('COBS of $data', ({ data, encoded }) => {
    expect(digits(cobsEncode(bytes(data)))).toBe(encoded);
    expect(digits(cobsDecode(bytes(encoded))!)).toBe(data);
  });

  it.each(golden.messages)('$name: the same bytes', (vector) => {
    expect(digits(writeFrame(messageOf(vector)))).toBe(vector.line);
  });

  it.each(golden.messages)('$name: the same fields', (vector) => {
    const found = readContent(bytes(vector.content), sideOf(vector));
    expect(found).toEqual({ message: expect.objectContaining(messageOf(vector)) });
  });

  it.each(golden.messages)('$name: byte by byte', (vector) => {
    const line = bytes(vector.line);
    const { messages, verdicts } = read(line, sideOf(vector), line.length);
    expect(messages).toEqual([expect.objectContaining(messageOf(vector))]);
    expect(verdicts).toEqual([]);
  });

  it.each(golden.bad)('$name: $verdict', ({ receiver, verdict, line }) => {
    for (const side of receiver === 'both' ? (['host', 'device'] as const) : [receiver]) {
      const { messages, verdicts } = read(bytes(line), side);
      expect(messages).toEqual([]);
      expect(verdicts).toEqual(verdict === 'empty' ? [] : [verdict]);
    }
  });

  it.each(golden.streams)('$name', ({ receiver, line, verdicts, messages }) => {
    const wanted = messages.map((name) => messageOf(golden.messages.find((vector) => vector.name === name)!));
    for (const pieces of [1, 3, line.length / 2]) {
      const found = read(bytes(line), receiver, pieces);
      expect(found.messages).toEqual(wanted.map((message) => expect.objectContaining(message)));
      expect(found.verdicts).toEqual(verdicts);
    }
  });
});
