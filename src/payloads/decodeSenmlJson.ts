import { parseJson } from './decodeJson.js';
import type { Decoded, PayloadContext } from './decoder.js';
import { refuse } from './draft.js';
import { resolveSenml, type SenmlRecord } from './resolveSenml.js';

const isRecord = (value: unknown): value is SenmlRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const decodeSenmlJson = (payload: Uint8Array, context: PayloadContext): Decoded => {
  const parsed = parseJson(payload);
  return 'document' in parsed ? decodeSenmlDocument(parsed.document, context) : parsed;
};

export const decodeSenmlDocument = (document: unknown, context: PayloadContext): Decoded => {
  if (!Array.isArray(document) || !document.every(isRecord))
    return refuse('senml_syntax', 'a pack is an array of objects');
  return resolveSenml(document, context.arrivedMs);
};

/** Whether a JSON document is a SenML pack: objects throughout, the first of them named, and one with a value or a sum. */
export const looksLikeSenml = (document: unknown): boolean => {
  if (!Array.isArray(document) || !document.every(isRecord)) return false;
  const first = document[0];
  if (typeof first?.bn !== 'string' && typeof first?.n !== 'string') return false;
  return document.some(({ v, vs, vb, vd, s }) => (v ?? vs ?? vb ?? vd ?? s) !== undefined);
};
