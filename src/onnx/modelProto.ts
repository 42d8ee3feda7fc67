/** ONNX messages as plain data, the fields this project reads or writes. Names and numbers: onnx.proto of the ONNX specification. */
export interface ModelProto {
  irVersion?: number;
  opsetImport?: OperatorSet[];
  producerName?: string;
  producerVersion?: string;
  domain?: string;
  modelVersion?: number;
  docString?: string;
  graph?: GraphProto;
  metadataProps?: StringEntry[];
}

export interface OperatorSet {
  domain?: string;
  version?: number;
}

export interface StringEntry {
  key: string;
  value: string;
}

export interface GraphProto {
  node: NodeProto[];
  name?: string;
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo?: ValueInfoProto[];
}

export interface NodeProto {
  input: string[];
  output: string[];
  name?: string;
  opType: string;
  domain?: string;
  attribute: AttributeProto[];
}

export interface AttributeProto {
  name: string;
  type?: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats?: number[];
  ints?: number[];
  strings?: Uint8Array[];
}

export interface TensorProto {
  dims: number[];
  dataType: number;
  name?: string;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: number[];
  doubleData?: number[];
  rawData?: Uint8Array;
  externalData?: StringEntry[];
  dataLocation?: number;
}

export interface ValueInfoProto {
  name: string;
  type?: { tensorType?: { elemType?: number; shape?: { dim: Dimension[] } } };
}

/** One axis: a fixed size, a named one, or neither. */
export interface Dimension {
  dimValue?: number;
  dimParam?: string;
}

/** TensorProto.DataType, the members this project knows. */
export const ElementType = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 } as const;

/** An element type as messages name it. */
export const typeName = (type: number): string =>
  Object.entries(ElementType).find(([, each]) => each === type)?.[0] ?? `element type ${type}`;

/** AttributeProto.AttributeType, the members this project knows. */
export const AttributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
