import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410: SubjectPublicKeyInfo of Ed25519, before its 32 bytes

/** An Ed25519 public key from PEM, or base64 of its 32 raw bytes or of its SubjectPublicKeyInfo; undefined for anything else. */
export function publicKeyOf(text: string): KeyObject | undefined {
  try {
    const key = text.includes('-----BEGIN') ? createPublicKey(text) : fromBase64(text);
    return key?.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The 32 bytes of a public key. */
export const rawKey = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length);

/** Name of a key: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes. */
export const keyIdOf = (key: KeyObject): string => createHash('sha256').update(rawKey(key)).digest('hex').slice(0, 16);

function fromBase64(text: string): KeyObject | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const isRaw = bytes.length === 32;
  if (!isRaw && !(bytes.length === 44 && bytes.subarray(0, 12).equals(spkiPrefix))) return undefined;
  return createPublicKey({ key: isRaw ? Buffer.concat([spkiPrefix, bytes]) : bytes, format: 'der', type: 'spki' });
}
