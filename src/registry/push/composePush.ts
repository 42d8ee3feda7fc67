import { createHash } from 'node:crypto';
import type { PushManifest } from './pushManifest.js';
import { mostChunks } from './pushManifest.js';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export interface PushPlan
  extends Pick<
    PushManifest,
    'name' | 'version' | 'target' | 'created' | 'expires' | 'minDaemon' | 'activate' | 'canary' | 'golden'
  > {
  readonly bytes: Uint8Array; // of the file
  readonly metadata: string; // the document, as it stands in the file
  readonly chunkSize: number;
}

/** The manifest of a file. @throws {RangeError} when the file has too many chunks of this size. */
export function composeManifest({ bytes, metadata, chunkSize, ...plan }: PushPlan): PushManifest {
  const chunks = chunksOf(bytes, chunkSize).map(sha256);
  if (chunks.length > mostChunks) {
    throw new RangeError(`${bytes.length} bytes are more than ${mostChunks} chunks of ${chunkSize}`);
  }
  const { canary, golden, ...rest } = plan;
  return {
    ...{ push: 1, ...rest, sha256: sha256(bytes), size: bytes.length, chunkSize, chunks },
    contractSha256: sha256(metadata),
    ...(canary && { canary }),
    ...(golden && { golden }),
  };
}

export function chunksOf(bytes: Uint8Array, chunkSize: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, i) =>
    bytes.subarray(i * chunkSize, (i + 1) * chunkSize),
  );
}
