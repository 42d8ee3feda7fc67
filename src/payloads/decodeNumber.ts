import type { Decoded, DecodeReject } from './decoder.js';
import { largestValue, refuse } from './draft.js';
import { parseDecimal } from './parseDecimal.js';
import { utf8 } from './utf8.js';

const none: readonly DecodeReject[] = Object.freeze([]);
const notFinite = /^[+-]?(?:nan|inf|infinity|∞|1\.#(?:inf|ind|qnan|snan)\d*)$/i; // the last as old C libraries print them

/** A bare number, undefined when the payload is none that can be used. The hottest path of all decoders. */
export const bareNumber = (payload: Uint8Array): Decoded | undefined => {
  const y = parseDecimal(payload);
  if (!(Math.abs(y) <= largestValue)) return undefined;
  return {
    samples: [{ field: undefined, topic: undefined, tMs: undefined, y: y === 0 ? 0 : y, sequence: undefined }],
    rejects: none,
  };
};

/** Why a payload is not a bare number. */
export const notNumber = (payload: Uint8Array): Decoded => {
  if (payload.every((byte) => byte <= 0x20)) return refuse('empty', 'the payload is empty');
  const text = utf8(payload.subarray(0, 400)).replaceAll('\0', '').trim();
  if (notFinite.test(text) || !Number.isNaN(parseDecimal(payload))) return refuse('not_finite', text);
  return refuse('not_a_number', text);
};

export const decodeNumber = (payload: Uint8Array): Decoded => bareNumber(payload) ?? notNumber(payload);
