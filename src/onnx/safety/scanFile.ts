import { type Field, type MessageFields, onnxFields } from './onnxFields.js';
import { Refused } from './refusal.js';
import type { SafetyLimits } from './safetyLimits.js';

/**
 * Walks a file as the protobuf messages of ONNX, building nothing. What it lets through any reader reads alike: no unknown field, no field
 * given twice (some readers take the last, others join them), no group, no text that is not UTF-8.
 *
 * @throws {Refused}
 */
export function scanFile(bytes: Uint8Array, limits: SafetyLimits): void {
  new Scan(bytes, limits).message('ModelProto', 0, bytes.length, 0);
}

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const numericWire: Readonly<Record<string, number | undefined>> = {
  int: wire.varint,
  float: wire.fixed32,
  double: wire.fixed64,
};
const utf8 = new TextDecoder('utf-8', { fatal: true });

class Scan {
  readonly #bytes: Uint8Array;
  readonly #limits: SafetyLimits;
  readonly #counts = { NodeProto: 0, TensorProto: 0 };
  #at = 0;

  constructor(bytes: Uint8Array, limits: SafetyLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  message(name: string, from: number, to: number, depth: number): void {
    if (depth > this.#limits.depth)
      throw new Refused('limits', `messages lie in one another more than ${this.#limits.depth} deep`);
    const fields = onnxFields[name];
    let seen = 0;
    this.#at = from;
    while (this.#at < to) {
      const [number, wireType] = this.#tag(name, to);
      const field = fieldAt(fields, name, number);
      if (field.refusedAs)
        throw new Refused(field.refusedAs, `${name} has a field ${field.name}, which no pushed model may have`);
      if (!field.isRepeated && seen & (1 << number))
        throw new Refused('protobuf', `${name}.${field.name} is given twice`);
      seen |= 1 << number;
      this.#value(`${name}.${field.name}`, field, wireType, to, depth);
    }
    if (this.#at !== to) throw new Refused('protobuf', `${name} runs beyond its end`);
  }

  #tag(message: string, to: number): [number: number, wireType: number] {
    const tag = this.#varint(message, to);
    return [Math.floor(tag / 8), tag % 8];
  }

  #value(where: string, { kind, isRepeated }: Field, wireType: number, to: number, depth: number): void {
    const numeric = typeof kind === 'string' ? numericWire[kind] : undefined;
    if (numeric !== undefined && wireType === numeric) {
      this.#number(where, numeric, to);
      return;
    }
    if (wireType !== wire.bytes || (numeric !== undefined && !isRepeated))
      throw new Refused('protobuf', `${where} is written as wire type ${wireType}`);
    const length = this.#varint(where, to);
    const [from, end] = [this.#at, this.#at + length];
    if (end > to) throw new Refused('protobuf', `${where} is longer than what is left of the file or message`);
    if (numeric !== undefined) while (this.#at < end) this.#number(where, numeric, end);
    else if (typeof kind === 'object') this.#nested(where, kind.message, from, end, depth);
    else if (kind === 'name' || kind === 'text') this.#text(where, kind, from, end);
    this.#at = end;
  }

  #nested(where: string, message: string, from: number, end: number, depth: number): void {
    if (message === 'NodeProto' || message === 'TensorProto') {
      const most = message === 'NodeProto' ? this.#limits.nodes : this.#limits.tensors;
      if (++this.#counts[message] > most) throw new Refused('limits', `${where}: there are more than ${most}`);
    }
    this.message(message, from, end, depth + 1);
  }

  #text(where: string, kind: 'name' | 'text', from: number, end: number): void {
    const most = kind === 'name' ? this.#limits.nameChars : this.#limits.textBytes;
    if (end - from > most) throw new Refused('limits', `${where} has ${end - from} bytes, more than ${most}`);
    try {
      utf8.decode(this.#bytes.subarray(from, end));
    } catch {
      throw new Refused('protobuf', `${where} is not UTF-8`);
    }
  }

  #number(where: string, wireType: number, to: number): void {
    if (wireType === wire.varint) this.#varint(where, to);
    else this.#at += wireType === wire.fixed32 ? 4 : 8;
    if (this.#at > to) throw new Refused('protobuf', `${where} is cut short`);
  }

  /** Beyond 2⁵³ only its size counts here. */
  #varint(where: string, to: number): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (this.#at >= to) throw new Refused('protobuf', `the file or message ends within ${where}`);
      const byte = this.#bytes[this.#at++];
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Refused('protobuf', `${where} has a number of more than 64 bits`);
  }
}

function fieldAt(fields: MessageFields, message: string, number: number): Field {
  const field = fields.get(number);
  if (!field) throw new Refused('protobuf', `${message} has a field ${number}, which ONNX does not know`);
  return field;
}
