import { type AttributeProto, AttributeType } from './modelProto.js';

export type AttributeValue = number | string | readonly number[];

/** Attributes that ONNX types as float even where their value is whole. */
const floats = new Set(['alpha', 'beta', 'epsilon']);

/** An attribute of a node: numbers are ints unless ONNX types the name as float. */
export function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'string') return { name, type: AttributeType.string, s: new TextEncoder().encode(value) };
  if (typeof value !== 'number') return { name, type: AttributeType.ints, ints: [...value] };
  return floats.has(name) ? { name, type: AttributeType.float, f: value } : { name, type: AttributeType.int, i: value };
}
