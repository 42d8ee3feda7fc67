import protobuf from 'protobufjs/light.js';
import type { ModelProto } from './modelProto.js';
import { protoSchema } from './protoSchema.js';

const modelType = protobuf.Root.fromJSON(protoSchema).lookupType('ModelProto');

/** Reads an ONNX file. Repeated fields are arrays even when empty. @throws when the bytes are no protobuf message of this schema. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer would come back as Buffers
  return modelType.toObject(modelType.decode(plain), { longs: Number, arrays: true }) as ModelProto;
}

/** Writes an ONNX file. The same model gives the same bytes. */
export function encodeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  return new Uint8Array(modelType.encode(model).finish());
}
