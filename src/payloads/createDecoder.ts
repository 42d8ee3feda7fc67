import { decodeInflux, decodeLines } from './decodeInflux.js';
import { decodeDocument, decodeJson, parseJson } from './decodeJson.js';
import { bareNumber, decodeNumber, notNumber } from './decodeNumber.js';
import type { Decoded, PayloadContext, PayloadKind } from './decoder.js';
import { decodeSenmlCbor, looksLikeSenmlCbor } from './decodeSenmlCbor.js';
import { decodeSenmlDocument, decodeSenmlJson, looksLikeSenml } from './decodeSenmlJson.js';
import { refuse } from './draft.js';
import { SparkplugDecoder } from './sparkplugDecoder.js';
import { isSparkplug } from './sparkplugTopic.js';

export type Decoder = (payload: Uint8Array, context: PayloadContext) => Decoded;

const kindOfContentType = new Map<string, PayloadKind>([
  ['application/senml+json', 'senml-json'],
  ['application/sensml+json', 'senml-json'],
  ['application/senml+cbor', 'senml-cbor'],
  ['application/sensml+cbor', 'senml-cbor'],
  ['application/cbor', 'senml-cbor'],
  ['application/json', 'json'],
]);

/**
 * One decoder a daemon: it remembers the births of Sparkplug nodes. It never throws, whatever the bytes are, gives finite
 * values only, and what it takes of time and memory is bounded by the size of the payload.
 */
export const createDecoder = (): Decoder => {
  const sparkplug = new SparkplugDecoder();
  const decode = (payload: Uint8Array, context: PayloadContext): Decoded => {
    switch (context.settings.payload) {
      case 'number':
        return decodeNumber(payload);
      case 'json':
        return decodeJson(payload, context);
      case 'senml-json':
        return decodeSenmlJson(payload, context);
      case 'senml-cbor':
        return decodeSenmlCbor(payload, context);
      case 'sparkplug-b':
        return sparkplug.decode(payload, context);
      case 'influx':
        return decodeInflux(payload);
      default:
        return isSparkplug(context.topic) ? sparkplug.decode(payload, context) : decodeAuto(payload, context);
    }
  };
  return (payload, context) => {
    try {
      return decode(payload, context);
    } catch (error) {
      return refuse('decoder_failed', String(error)); // a bug; the stream goes on
    }
  };
};

/** Told by the content type if there is one, else by the first byte, and by the whole only where that leaves two formats. */
const decodeAuto = (payload: Uint8Array, context: PayloadContext): Decoded => {
  const number = bareNumber(payload);
  // With paths, a number is a JSON document without the field that was asked for.
  if (number) return context.settings.value.length === 0 ? number : decodeDocument(number.samples[0]!.y, context);
  const kind = context.contentType === undefined ? undefined : kindOf(context.contentType);
  if (kind === 'senml-cbor' || (kind === undefined && looksLikeSenmlCbor(payload)))
    return decodeSenmlCbor(payload, context);
  if (kind === 'senml-json') return decodeSenmlJson(payload, context);
  const first = firstByte(payload);
  if (kind === 'json' || first === 0x7b || first === 0x5b || first === 0x22) {
    const parsed = parseJson(payload);
    if (!('document' in parsed)) return parsed;
    return looksLikeSenml(parsed.document)
      ? decodeSenmlDocument(parsed.document, context)
      : decodeDocument(parsed.document, context);
  }
  const { draft, lines } = decodeLines(payload);
  if (lines > 0) return draft;
  const bare = notNumber(payload);
  if (bare.rejects[0]?.reason !== 'not_a_number') return bare;
  return refuse('unknown_format', bare.rejects[0].detail);
};

const kindOf = (contentType: string): PayloadKind | undefined =>
  kindOfContentType.get(contentType.split(';', 1)[0]!.trim().toLowerCase());

const firstByte = (payload: Uint8Array): number => {
  let at = payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf ? 3 : 0;
  while (at < payload.length && payload[at]! <= 0x20) at++;
  return payload[at] ?? 0;
};
