import { readFile } from 'node:fs/promises';
import { StepcastError } from '../errors.js';
import { decodeModel } from '../onnx/codec.js';
import type { ModelProto } from '../onnx/modelProto.js';

/** A model file as it is, under no contract yet. @throws {StepcastError} MODEL_MISSING or MODEL_UNREADABLE. */
export async function readModelFile(path: string): Promise<{ bytes: Uint8Array; proto: ModelProto }> {
  const bytes = await readBytes(path);
  return { bytes, proto: decode(path, bytes) };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StepcastError({
      code: missing ? 'MODEL_MISSING' : 'MODEL_UNREADABLE',
      op: 'load model',
      subject: path,
      message: missing ? 'there is no such file' : (cause as Error).message,
      hint: missing ? 'check the path and the models directory' : 'the file must be readable by this user',
      cause,
    });
  }
}

function decode(path: string, bytes: Uint8Array): ModelProto {
  let cause: unknown;
  try {
    const proto = decodeModel(bytes);
    if (proto.graph && proto.graph.node.length > 0) return proto;
  } catch (error) {
    cause = error;
  }
  throw new StepcastError({
    code: 'MODEL_UNREADABLE',
    op: 'load model',
    subject: path,
    message: 'it is no ONNX model, or is cut short',
    hint: 'copy it again, or export it again',
    cause,
  });
}
