import { createHash } from 'node:crypto';
import { decodeModel } from '../../src/onnx/codec.js';
import type { AdmissionRequest } from '../../src/registry/push/admission.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the manifest of an honest push of this file would ask of its admission. */
export function requestOf(bytes: Uint8Array, more: Partial<AdmissionRequest['manifest']> = {}): AdmissionRequest {
  const manifest = { name: 'pushed', version: 1, sha256: hash(bytes), size: bytes.length };
  return {
    manifest: { ...manifest, contractSha256: hash(new TextEncoder().encode(metadataOf(bytes))), ...more },
    limits: { maxBytes: 2 ** 24 },
  };
}

/** The metadata document of a file, or nothing. */
export function metadataOf(bytes: Uint8Array): string {
  try {
    return decodeModel(bytes).metadataProps?.find(({ key }) => key === 'stepcast')?.value ?? '';
  } catch {
    return '';
  }
}
