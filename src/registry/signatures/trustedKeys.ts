import { type KeyObject, verify } from 'node:crypto';
import { type Envelope, preAuthentication } from './envelope.js';
import { keyIdOf, publicKeyOf } from './publicKey.js';

/** Ids of the trusted keys that signed something; no `keyId`: nobody did, and need not. */
export interface Signers {
  readonly keyId: string | undefined;
  readonly alsoBy?: readonly string[];
}

/** Who signed. Or why that does not count. */
export type Verdict =
  | ({ readonly ok: true } & Signers)
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

  /** Whether nobody is left who answers for it. */
  isRevoked({ keyId, alsoBy = [] }: Partial<Signers>): boolean {
    return keyId !== undefined && [keyId, ...alsoBy].every((id) => this.#revoked.has(id));
  }

  /** One signature of a trusted key is enough: a pusher may sign with an old and a new one. */
  judge({ payloadType, payload, signatures }: Envelope): Verdict {
    if (signatures.length === 0) {
      if (this.#allowUnsigned) return { ok: true, keyId: undefined };
      return { ok: false, code: 'unsigned', reason: 'it is not signed, and models.allowUnsigned is false' };
    }
    const signed = preAuthentication(payloadType, payload);
    const good: string[] = [];
    let worst: Verdict | undefined;
    for (const { keyId, signature } of signatures) {
      const key = this.#keys.get(keyId);
      if (this.#revoked.has(keyId)) {
        worst ??= { ok: false, code: 'key-revoked', reason: `key ${keyId} is revoked` };
      } else if (key && verify(null, signed, key, signature)) {
        good.push(keyId);
      } else if (key) {
        worst = { ok: false, code: 'signature', reason: `its signature is not that of key ${keyId}` };
      }
    }
    if (good.length > 0) return { ok: true, keyId: good[0], ...(good.length > 1 && { alsoBy: good.slice(1) }) };
    const ids = signatures.map(({ keyId }) => keyId).join(', ');
    return worst ?? { ok: false, code: 'key-unknown', reason: `models.trust has no key ${ids.slice(0, 100)}` };
  }
}

/** An id as it is, a public key as its id. */
function idOf(text: string): string {
  const key = /^[0-9a-f]{16}$/.test(text) ? undefined : publicKeyOf(text);
  return key ? keyIdOf(key) : text;
}
