import { publicKeyOf } from '../registry/signatures/publicKey.js';

/** Whether `text` holds an Ed25519 public key: PEM, or base64 of its 32 raw bytes or of its SubjectPublicKeyInfo. */
export const isTrustKey = (text: string): boolean => publicKeyOf(text) !== undefined;

/** A public key, or the id of one. */
export const isKeyOrId = (text: string): boolean => /^[0-9a-f]{16}$/.test(text) || isTrustKey(text);
