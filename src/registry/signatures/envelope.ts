import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { z } from 'zod';
import { parseStrictJson } from '../../onnx/safety/parseStrictJson.js';
import { keyIdOf } from './publicKey.js';

const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'expected base64');
const schema = z.object({
  payloadType: z.string(),
  payload: base64,
  signatures: z.array(z.object({ keyid: z.string(), sig: base64 })).max(8),
});

/** A DSSE envelope (https://github.com/secure-systems-lab/dsse): the bytes that were signed, and who signed them. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signatures: readonly { readonly keyId: string; readonly signature: Buffer }[];
}

/** What is signed: `DSSEv1 LENGTH TYPE LENGTH PAYLOAD`, so that neither part can pass for another. */
export function preAuthentication(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

/** The envelope of a payload, signed with each of `keys`: none, and it is unsigned. */
export function sealEnvelope(payloadType: string, payload: Uint8Array, keys: readonly KeyObject[]): Buffer {
  const signed = preAuthentication(payloadType, payload);
  const signatures = keys.map((key) => ({
    keyid: keyIdOf(createPublicKey(key)),
    sig: sign(null, signed, key).toString('base64'),
  }));
  return Buffer.from(JSON.stringify({ payloadType, payload: Buffer.from(payload).toString('base64'), signatures }));
}

/** @throws {RangeError} when the bytes are no envelope. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  let document: unknown;
  try {
    document = parseStrictJson(Buffer.from(bytes).toString());
  } catch (error) {
    throw error instanceof RangeError ? error : new RangeError('it is no JSON document');
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new RangeError(`${path.join('.') || 'the envelope'}: ${message}`);
  }
  const { payloadType, payload, signatures } = parsed.data;
  return {
    payloadType,
    payload: Buffer.from(payload, 'base64'),
    signatures: signatures.map(({ keyid, sig }) => ({ keyId: keyid, signature: Buffer.from(sig, 'base64') })),
  };
}
