import { Decoder } from 'cbor-x';
import { cborFits } from './cborFits.js';
import type { Decoded, PayloadContext } from './decoder.js';
import { refuse } from './draft.js';
import { resolveSenml, type SenmlRecord } from './resolveSenml.js';
import { asBuffer } from './utf8.js';

/** RFC 8428, table 6: the labels −6 … 8. */
const labels = ['bs', 'bv', 'bu', 'bt', 'bn', 'bver', 'n', 'u', 'v', 'vs', 'vb', 's', 't', 'ut', 'vd'];
const cbor = new Decoder({ mapsAsObjects: false, useRecords: false });

export const decodeSenmlCbor = (payload: Uint8Array, context: PayloadContext): Decoded => {
  if (payload.length === 0) return refuse('empty', 'the payload is empty');
  if (!cborFits(payload)) return refuse('cbor_syntax', 'no complete CBOR item of plain values');
  let pack: unknown;
  try {
    pack = cbor.decode(asBuffer(payload));
  } catch (error) {
    return refuse('cbor_syntax', String(error));
  }
  if (!Array.isArray(pack) || !pack.every((record) => record instanceof Map))
    return refuse('senml_syntax', 'a pack is an array of maps');
  return resolveSenml(pack.map(labelled), context.arrivedMs);
};

const labelled = (record: ReadonlyMap<unknown, unknown>): SenmlRecord => {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, value] of record) {
    const label = typeof key === 'number' ? labels[key + 6] : typeof key === 'string' ? key : undefined;
    if (label !== undefined) result[label] = typeof value === 'bigint' ? Number(value) : value;
  }
  return result;
};

/** Whether the payload begins as CBOR array of maps does. No UTF-8 text begins so. */
export const looksLikeSenmlCbor = (payload: Uint8Array): boolean => {
  const head = payload[0] ?? 0;
  if (head < 0x81 || head > 0x9f || (head > 0x9b && head < 0x9f)) return false;
  const first = payload[head >= 0x98 && head <= 0x9b ? 1 + (1 << (head - 0x98)) : 1] ?? 0;
  return first >> 5 === 5;
};
