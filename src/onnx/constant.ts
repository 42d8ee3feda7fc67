import { ElementType, type TensorProto } from './modelProto.js';
import { tensorValues } from './tensor.js';

/** A value that is part of the graph itself: a number, axes, a mask. Row-major. */
export interface Constant {
  readonly type: 'float32' | 'int64' | 'bool';
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** @throws {TypeError} for element types a graph of this project has no use for. */
export function constantOf(tensor: TensorProto): Constant {
  const data = tensorValues(tensor);
  switch (tensor.dataType) {
    case ElementType.float32:
      return { type: 'float32', dims: tensor.dims, data };
    case ElementType.int32:
    case ElementType.int64:
      return { type: 'int64', dims: tensor.dims, data };
    case ElementType.bool:
      return { type: 'bool', dims: tensor.dims, data };
    default:
      throw new TypeError(`tensor ${tensor.name}: element type ${tensor.dataType} is not read`);
  }
}
