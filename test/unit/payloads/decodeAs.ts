import { createDecoder } from '../../../src/payloads/createDecoder.js';
import type { Decoded, DecodeSettings, PayloadContext, PayloadKind } from '../../../src/payloads/decoder.js';

export const nowMs = Date.UTC(2025, 10, 23);

export const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;

export const contextOf = (
  payload: PayloadKind,
  settings: Partial<DecodeSettings> = {},
  rest: Partial<PayloadContext> = {},
): PayloadContext => ({ topic: 'a/b', arrivedMs: nowMs, ...rest, settings: { payload, value: [], ...settings } });

/** One payload through a decoder of its own. */
export const decodeAs = (
  kind: PayloadKind,
  payload: string | Uint8Array,
  settings?: Partial<DecodeSettings>,
  rest?: Partial<PayloadContext>,
): Decoded => createDecoder()(bytesOf(payload), contextOf(kind, settings, rest));

/** Field → value. */
export const valuesOf = ({ samples }: Decoded): Record<string, number> =>
  Object.fromEntries(samples.map(({ field, y }) => [field ?? '', y]));

export const reasonsOf = ({ rejects }: Decoded): string[] => rejects.map(({ reason }) => reason);
