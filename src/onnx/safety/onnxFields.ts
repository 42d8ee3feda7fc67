import type { InspectionCode } from './refusal.js';

export type FieldKind = 'int' | 'float' | 'double' | 'bytes' | 'name' | 'text' | { readonly message: string };

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly isRepeated: boolean;
  readonly refusedAs: InspectionCode | undefined;
}

export type MessageFields = ReadonlyMap<number, Field>;

/**
 * Every field of onnx.proto by message, where protoSchema.ts has only those this project reads: the runtime reads them all.
 * `name=number:kind`, a star after what is repeated, `!` and a code after what no pushed model may have.
 */
const schema: Readonly<Record<string, string>> = {
  ModelProto: `irVersion=1:int producerName=2:text producerVersion=3:text domain=4:text modelVersion=5:int docString=6:text
    graph=7:GraphProto opsetImport=8:OperatorSetIdProto* metadataProps=14:StringStringEntryProto*
    trainingInfo=20:bytes*!training functions=25:bytes*!function configuration=26:bytes*!function`,
  OperatorSetIdProto: 'domain=1:name version=2:int',
  StringStringEntryProto: 'key=1:text value=2:text',
  GraphProto: `node=1:NodeProto* name=2:text initializer=5:TensorProto* docString=10:text input=11:ValueInfoProto*
    output=12:ValueInfoProto* valueInfo=13:ValueInfoProto* quantizationAnnotation=14:bytes*!tensor
    sparseInitializer=15:bytes*!sparse metadataProps=16:StringStringEntryProto*`,
  NodeProto: `input=1:name* output=2:name* name=3:name opType=4:name attribute=5:AttributeProto* docString=6:text domain=7:name
    overload=8:name!function metadataProps=9:StringStringEntryProto* deviceConfigurations=10:bytes*!function`,
  AttributeProto: `name=1:name f=2:float i=3:int s=4:bytes t=5:TensorProto g=6:GraphProto floats=7:float* ints=8:int*
    strings=9:bytes* tensors=10:bytes*!attribute graphs=11:GraphProto*!control-flow docString=13:text tp=14:bytes!attribute
    typeProtos=15:bytes*!attribute type=20:int refAttrName=21:name!function sparseTensor=22:bytes!sparse
    sparseTensors=23:bytes*!sparse`,
  TensorProto: `dims=1:int* dataType=2:int segment=3:bytes!tensor floatData=4:float* int32Data=5:int* stringData=6:bytes*!tensor
    int64Data=7:int* name=8:name rawData=9:bytes doubleData=10:double* uint64Data=11:int*!tensor docString=12:text
    externalData=13:bytes*!external-data dataLocation=14:int metadataProps=16:StringStringEntryProto*`,
  ValueInfoProto: 'name=1:name type=2:TypeProto docString=3:text metadataProps=4:StringStringEntryProto*',
  TypeProto: `tensorType=1:TensorTypeProto sequenceType=4:bytes!tensor mapType=5:bytes!tensor denotation=6:text
    opaqueType=7:bytes!tensor sparseTensorType=8:bytes!sparse optionalType=9:bytes!tensor`,
  TensorTypeProto: 'elemType=1:int shape=2:TensorShapeProto',
  TensorShapeProto: 'dim=1:DimensionProto*',
  DimensionProto: 'dimValue=1:int dimParam=2:name denotation=3:text',
};

const plain = new Set(['int', 'float', 'double', 'bytes', 'name', 'text']);

function fieldOf(word: string): [number, Field] {
  const [, name, number, kind, star, code] = /^(\w+)=(\d+):(\w+)(\*?)(?:!([\w-]+))?$/.exec(word)!;
  const field: Field = {
    name,
    kind: plain.has(kind) ? (kind as Exclude<FieldKind, object>) : { message: kind },
    isRepeated: star === '*',
    refusedAs: code as InspectionCode | undefined,
  };
  return [Number(number), field];
}

export const onnxFields: Readonly<Record<string, MessageFields>> = Object.fromEntries(
  Object.entries(schema).map(([message, text]) => [message, new Map(text.trim().split(/\s+/).map(fieldOf))]),
);
