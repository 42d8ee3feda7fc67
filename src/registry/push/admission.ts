import type { LoadedModel } from '../../forecast/modelContract.js';
import type { PushManifest } from './pushManifest.js';

/** What a model that may be used was found to be. */
export type LoadedModelFacts = Pick<LoadedModel, 'metadata' | 'featureWidth' | 'states'>;

export interface AdmissionRequest {
  readonly manifest: Pick<PushManifest, 'name' | 'version' | 'sha256' | 'size' | 'contractSha256' | 'golden'>;
  readonly limits: { readonly maxBytes: number };
  readonly signal?: AbortSignal;
}

/** `code` is stable, for programs; `reason` is a line for a person. */
export type Admission =
  | { readonly ok: true; readonly model: LoadedModelFacts }
  | { readonly ok: false; readonly code: string; readonly reason: string };

/** Judges a complete, hash-checked file without ever running it in this process. It rejects only when `signal` is aborted. */
export type Admit = (file: string, request: AdmissionRequest) => Promise<Admission>;
