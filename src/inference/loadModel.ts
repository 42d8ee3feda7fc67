import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { StepcastError } from '../errors.js';
import type { LoadedModel } from '../forecast/modelContract.js';
import type { ModelProto } from '../onnx/modelProto.js';
import type { ContractError } from './contractError.js';
import { parseMetadata } from './parseMetadata.js';
import { readModelFile } from './readModelFile.js';
import { stepShapes } from './stepShapes.js';

export interface ModelFile {
  readonly model: LoadedModel;
  readonly bytes: Uint8Array;
}

/**
 * Reads a step model and holds it against the contract. Its metadata is the `stepcast` entry of the file, else the document
 * MODEL.json beside MODEL.onnx. Name and version default to the file's name and 1.
 *
 * @throws {StepcastError} MODEL_MISSING, MODEL_UNREADABLE or MODEL_CONTRACT.
 */
export async function loadModel(path: string): Promise<ModelFile> {
  const { bytes, proto } = await readModelFile(path);
  return { model: await describeModel(path, bytes, proto), bytes };
}

/** The same of a file whose bytes are at hand; `path` stands for it in messages. @throws {StepcastError} MODEL_CONTRACT. */
export async function describeModel(path: string, bytes: Uint8Array, proto: ModelProto): Promise<LoadedModel> {
  const contract = (message: string, hint = 'see the model contract in docs/models.md'): StepcastError =>
    new StepcastError({ code: 'MODEL_CONTRACT', op: 'load model', subject: path, message, hint });

  const metadata = parseMetadata(await metadataText(path, proto, contract), contract);
  const { featureWidth, states } = stepShapes(proto, metadata, contract);
  return {
    name: metadata.name ?? basename(path).replace(/\.onnx$/, ''),
    version: metadata.version ?? 1,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    path,
    metadata,
    featureWidth,
    states,
  };
}

async function metadataText(path: string, proto: ModelProto, contract: ContractError): Promise<string> {
  const entry = proto.metadataProps?.find(({ key }) => key === 'stepcast');
  if (entry) return entry.value;
  const sidecar = path.replace(/\.onnx$/, '.json');
  try {
    if (sidecar === path) throw new Error('a sidecar needs a model called MODEL.onnx');
    return await readFile(sidecar, 'utf8');
  } catch {
    throw contract(
      'it carries no stepcast metadata',
      `add metadata_props key stepcast, or the document as ${basename(sidecar)}`,
    );
  }
}
