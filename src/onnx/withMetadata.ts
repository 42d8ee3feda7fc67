import type { ModelProto } from './modelProto.js';

/** The same model with one entry of its metadata set. */
export const withMetadata = (model: ModelProto, key: string, value: string): ModelProto => ({
  ...model,
  metadataProps: [...(model.metadataProps ?? []).filter((entry) => entry.key !== key), { key, value }],
});
