import { type KeyObject, verify } from 'node:crypto';
import { type Envelope, preAuthentication } from './envelope.js';
import { keyIdOf, publicKeyOf } from './publicKey.js';

/** Who signed: a key by its id, or nobody. Or why that does not count. */
export type Verdict =
  | { readonly ok: true; readonly keyId: string | undefined }
  | {
      readonly ok: false;
      readonly code: 'unsigned' | 'key-unknown' | 'key-revoked' | 'signature';
      readonly reason: string;
    };

export interface TrustSettings {
  readonly trust: readonly string[]; // public keys
  readonly revoked: readonly string[]; // ids of keys, or public keys
  readonly allowUnsigned: boolean;
}

/** The keys whose models are taken. A revoked key is none of them, even when it is listed. */
export class TrustedKeys {
  readonly #keys = new Map<string, KeyObject>();
  readonly #revoked: ReadonlySet<string>;
  readonly #allowUnsigned: boolean;

  constructor({ trust, revoked, allowUnsigned }: TrustSettings) {
    this.#allowUnsigned = allowUnsigned;
    this.#revoked = new Set(revoked.map(idOf));
    for (const text of trust) {
      const key = publicKeyOf(text);
      if (!key) throw new RangeError('TrustedKeys: no Ed25519 public key');
      this.#keys.set(keyIdOf(key), key);
    }
  }

  isRevoked(keyId: string): boolean {
    return this.#revoked.has(keyId);
  }

  /** One signature of a trusted key is enough: a pusher may sign with an old and a new one. */
  judge({ payloadType, payload, signatures }: Envelope): Verdict {
    if (signatures.length === 0) {
      if (this.#allowUnsigned) return { ok: true, keyId: undefined };
      return { ok: false, code: 'unsigned', reason: 'it is not signed, and models.allowUnsigned is false' };
    }
    const signed = preAuthentication(payloadType, payload);
    let worst: Verdict | undefined;
    for (const { keyId, signature } of signatures) {
      const key = this.#keys.get(keyId);
      if (this.#revoked.has(keyId)) {
        worst ??= { ok: false, code: 'key-revoked', reason: `key ${keyId} is revoked` };
      } else if (key && verify(null, signed, key, signature)) {
        return { ok: true, keyId };
      } else if (key) {
        worst = { ok: false, code: 'signature', reason: `its signature is not that of key ${keyId}` };
      }
    }
    const ids = signatures.map(({ keyId }) => keyId).join(', ');
    return worst ?? { ok: false, code: 'key-unknown', reason: `models.trust has no key ${ids.slice(0, 100)}` };
  }
}

/** An id as it is, a public key as its id. */
function idOf(text: string): string {
  const key = /^[0-9a-f]{16}$/.test(text) ? undefined : publicKeyOf(text);
  return key ? keyIdOf(key) : text;
}
