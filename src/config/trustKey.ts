import { createPublicKey } from 'node:crypto';

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410: SubjectPublicKeyInfo of Ed25519, before its 32 bytes

/** Whether `text` holds an Ed25519 public key: PEM, or base64 of its 32 raw bytes or of its SubjectPublicKeyInfo. */
export function isTrustKey(text: string): boolean {
  try {
    if (text.includes('-----BEGIN')) return createPublicKey(text).asymmetricKeyType === 'ed25519';
    if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return false;
    const bytes = Buffer.from(text, 'base64');
    return bytes.length === 32 || (bytes.length === 44 && bytes.subarray(0, 12).equals(spkiPrefix));
  } catch {
    return false;
  }
}
