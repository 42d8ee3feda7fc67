import { decodeModel, encodeModel } from './codec.js';
import { withMetadata } from './withMetadata.js';

/** A model file that carries its own metadata: where it has none, the document of its sidecar becomes its `stepcast` entry. */
export function embedMetadata(bytes: Uint8Array, sidecar: string): Uint8Array {
  const model = decodeModel(bytes);
  const hasOwn = model.metadataProps?.some(({ key }) => key === 'stepcast');
  return hasOwn ? bytes : encodeModel(withMetadata(model, 'stepcast', sidecar));
}
