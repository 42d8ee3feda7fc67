import { ElementType, type TensorProto } from './modelProto.js';

/** A float32 tensor with its own copy of `data`, row-major. */
export function floatTensor(name: string, dims: readonly number[], data: ArrayLike<number>): TensorProto {
  const values = Float32Array.from(data);
  checkSize('floatTensor', dims, values.length);
  return { name, dims: [...dims], dataType: ElementType.float32, rawData: new Uint8Array(values.buffer) };
}

/** An int64 tensor, as shapes, axes and split sizes are given. */
export function intTensor(name: string, dims: readonly number[], data: readonly number[]): TensorProto {
  checkSize('intTensor', dims, data.length);
  const values = BigInt64Array.from(data, BigInt);
  return { name, dims: [...dims], dataType: ElementType.int64, rawData: new Uint8Array(values.buffer) };
}

/** A tensor of truth values, any number but 0 being true. */
export function boolTensor(name: string, dims: readonly number[], data: readonly number[]): TensorProto {
  checkSize('boolTensor', dims, data.length);
  return {
    name,
    dims: [...dims],
    dataType: ElementType.bool,
    rawData: Uint8Array.from(data, (value) => Number(value !== 0)),
  };
}

/** The numbers of a float32, float64, int32, int64 or bool tensor. @throws {TypeError} for another element type or weights kept outside the file. */
export function tensorValues(tensor: TensorProto): number[] {
  if (tensor.dataLocation === 1) throw new TypeError(`tensor ${tensor.name}: its data is in another file`);
  const raw = tensor.rawData?.length ? tensor.rawData.slice().buffer : undefined;
  switch (tensor.dataType) {
    case ElementType.float32:
      return Array.from(raw ? new Float32Array(raw) : (tensor.floatData ?? []));
    case ElementType.float64:
      return Array.from(raw ? new Float64Array(raw) : (tensor.doubleData ?? []));
    case ElementType.int32:
      return Array.from(raw ? new Int32Array(raw) : (tensor.int32Data ?? []));
    case ElementType.int64:
      return raw ? Array.from(new BigInt64Array(raw), safe) : (tensor.int64Data ?? []).map(safe);
    case ElementType.bool:
      return Array.from(raw ? new Uint8Array(raw) : (tensor.int32Data ?? []));
    default:
      throw new TypeError(`tensor ${tensor.name}: element type ${tensor.dataType} is not read`);
  }
}

/** Ends of slices are written as the largest int64, which a number would round up, beyond what an int64 holds. */
const safe = (value: bigint | number): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));

function checkSize(op: string, dims: readonly number[], length: number): void {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== length) throw new RangeError(`${op}: ${length} values do not fill [${dims}]`);
}
