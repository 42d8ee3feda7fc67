import type { IField, INamespace } from 'protobufjs/light.js';

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' as const });
const packed = (id: number, type: string) => ({ ...repeated(id, type), options: { packed: true } });

/** Of proto2: a field that was written is there, even when it is 0. */
const message = (fields: Record<string, IField>) => ({ edition: 'proto2', fields });

/** The part of onnx.proto (proto2, package onnx) behind modelProto.ts; what it leaves out is dropped on reading. */
export const protoSchema: INamespace = {
  nested: {
    ModelProto: message({
      irVersion: field(1, 'int64'),
      producerName: field(2, 'string'),
      producerVersion: field(3, 'string'),
      domain: field(4, 'string'),
      modelVersion: field(5, 'int64'),
      docString: field(6, 'string'),
      graph: field(7, 'GraphProto'),
      opsetImport: repeated(8, 'OperatorSetIdProto'),
      metadataProps: repeated(14, 'StringStringEntryProto'),
    }),
    OperatorSetIdProto: message({ domain: field(1, 'string'), version: field(2, 'int64') }),
    StringStringEntryProto: message({ key: field(1, 'string'), value: field(2, 'string') }),
    GraphProto: message({
      node: repeated(1, 'NodeProto'),
      name: field(2, 'string'),
      initializer: repeated(5, 'TensorProto'),
      input: repeated(11, 'ValueInfoProto'),
      output: repeated(12, 'ValueInfoProto'),
      valueInfo: repeated(13, 'ValueInfoProto'),
    }),
    NodeProto: message({
      input: repeated(1, 'string'),
      output: repeated(2, 'string'),
      name: field(3, 'string'),
      opType: field(4, 'string'),
      attribute: repeated(5, 'AttributeProto'),
      domain: field(7, 'string'),
    }),
    AttributeProto: message({
      name: field(1, 'string'),
      f: field(2, 'float'),
      i: field(3, 'int64'),
      s: field(4, 'bytes'),
      t: field(5, 'TensorProto'),
      g: field(6, 'GraphProto'),
      floats: repeated(7, 'float'),
      ints: repeated(8, 'int64'),
      strings: repeated(9, 'bytes'),
      type: field(20, 'int32'),
    }),
    TensorProto: message({
      dims: repeated(1, 'int64'),
      dataType: field(2, 'int32'),
      floatData: packed(4, 'float'),
      int32Data: packed(5, 'int32'),
      int64Data: packed(7, 'int64'),
      name: field(8, 'string'),
      rawData: field(9, 'bytes'),
      doubleData: packed(10, 'double'),
      externalData: repeated(13, 'StringStringEntryProto'),
      dataLocation: field(14, 'int32'),
    }),
    ValueInfoProto: message({ name: field(1, 'string'), type: field(2, 'TypeProto') }),
    TypeProto: message({ tensorType: field(1, 'TensorTypeProto') }),
    TensorTypeProto: message({ elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') }),
    TensorShapeProto: message({ dim: repeated(1, 'DimensionProto') }),
    DimensionProto: message({ dimValue: field(1, 'int64'), dimParam: field(2, 'string') }),
  },
};
