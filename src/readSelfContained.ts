import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { embedMetadata } from './onnx/embedMetadata.js';

/** The bytes of MODEL.onnx, with the document of MODEL.json in them where that is what says what it is. */
export async function readSelfContained(path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(await readFile(path));
  const sidecar = path.replace(/\.onnx$/, '.json');
  if (sidecar === path || !existsSync(sidecar)) return bytes;
  return embedMetadata(bytes, await readFile(sidecar, 'utf8'));
}
