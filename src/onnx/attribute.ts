import { type AttributeProto, AttributeType } from './modelProto.js';

export type AttributeValue = number | string | readonly number[] | readonly string[];

/** Attributes that ONNX types as float even where their value is whole. */
const floats = new Set([
  'activation_alpha',
  'activation_beta',
  'alpha',
  'beta',
  'clip',
  'epsilon',
  'gamma',
  'momentum',
]);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An attribute of a node: numbers are ints unless ONNX types the name as float. */
export function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'string') return { name, type: AttributeType.string, s: bytes(value) };
  const isFloat = floats.has(name);
  if (typeof value === 'number') {
    return isFloat ? { name, type: AttributeType.float, f: value } : { name, type: AttributeType.int, i: value };
  }
  if (typeof value[0] === 'string') {
    return { name, type: AttributeType.strings, strings: (value as readonly string[]).map(bytes) };
  }
  const list = [...(value as readonly number[])];
  return isFloat ? { name, type: AttributeType.floats, floats: list } : { name, type: AttributeType.ints, ints: list };
}

/** What an attribute says. @throws {TypeError} for tensors, graphs and other kinds that are no plain value. */
export function attributeValue(attribute: AttributeProto): AttributeValue {
  const { name, type = kindOf(attribute) } = attribute;
  const text = (s: Uint8Array): string => new TextDecoder().decode(s);
  switch (type) {
    case AttributeType.float:
      return attribute.f ?? 0;
    case AttributeType.int:
      return attribute.i ?? 0;
    case AttributeType.string:
      return text(attribute.s ?? new Uint8Array());
    case AttributeType.floats:
      return attribute.floats ?? [];
    case AttributeType.ints:
      return attribute.ints ?? [];
    case AttributeType.strings:
      return (attribute.strings ?? []).map(text);
    default:
      throw new TypeError(`attribute ${name} holds a tensor or a graph`);
  }
}

/** Of a file from before attributes said their type. */
function kindOf({ f, i, s, floats, ints, strings }: AttributeProto): number | undefined {
  if (f !== undefined) return AttributeType.float;
  if (i !== undefined) return AttributeType.int;
  if (s !== undefined) return AttributeType.string;
  if (ints?.length) return AttributeType.ints;
  if (floats?.length) return AttributeType.floats;
  return strings?.length ? AttributeType.strings : undefined;
}
