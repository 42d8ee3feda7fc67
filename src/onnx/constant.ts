import { ElementType, type TensorProto, typeName } from './modelProto.js';
import { tensorValues } from './tensor.js';

/** A value that is part of the graph itself: a number, axes, a mask. Row-major. */
export interface Constant {
  readonly type: 'float32' | 'int64' | 'bool';
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

const types: Readonly<Record<number, Constant['type']>> = {
  [ElementType.float32]: 'float32',
  [ElementType.int32]: 'int64',
  [ElementType.int64]: 'int64',
  [ElementType.bool]: 'bool',
};

/** @throws {TypeError} for element types a graph of this project has no use for. */
export function constantOf(tensor: TensorProto): Constant {
  const type = types[tensor.dataType];
  if (!type)
    throw new TypeError(`tensor ${tensor.name}: ${typeName(tensor.dataType)} is not read, only float32 and integers`);
  return { type, dims: tensor.dims, data: tensorValues(tensor) };
}
