import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { payloadType } from '../../../../src/registry/push/pushManifest.js';
import { preAuthentication, readEnvelope, sealEnvelope } from '../../../../src/registry/signatures/envelope.js';
import { keyIdOf, publicKeyOf, rawKey } from '../../../../src/registry/signatures/publicKey.js';
import { TrustedKeys } from '../../../../src/registry/signatures/trustedKeys.js';

const vectors = JSON.parse(readFileSync(new URL('../../../fixtures/modelPush.json', import.meta.url), 'utf8'));
const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, id: keyIdOf(publicKey), text: rawKey(publicKey).toString('base64') };
};
const plain = { trust: [], revoked: [], allowUnsigned: false };
const payload = Buffer.from('{"push":1}');

describe('preAuthentication', () => {
  it('is that of the DSSE specification', () => {
    expect(preAuthentication('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('counts bytes, not characters', () => {
    expect(preAuthentication('é', Buffer.from('ü')).toString()).toBe('DSSEv1 2 é 2 ü');
  });
});

describe('the test vectors of docs/model-push.md', () => {
  it('are what this implementation writes, byte for byte', () => {
    const key = createPrivateKey(vectors.privateKey);
    expect(preAuthentication(payloadType, Buffer.from(vectors.payload)).toString('hex')).toBe(
      vectors.preAuthentication,
    );
    expect(sealEnvelope(payloadType, Buffer.from(vectors.payload), [key]).toString()).toBe(vectors.envelope);
  });

  it('name the key as RFC 8032 gives it', () => {
    const key = publicKeyOf(vectors.publicKey)!;
    expect(rawKey(key).toString('hex')).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    expect(keyIdOf(key)).toBe(vectors.keyId);
  });

  it('are taken by a node that trusts the key', () => {
    const trusted = new TrustedKeys({ ...plain, trust: [vectors.publicKey] });
    expect(trusted.judge(readEnvelope(Buffer.from(vectors.envelope)))).toEqual({ ok: true, keyId: vectors.keyId });
  });
});

describe('TrustedKeys', () => {
  const [old, next, stranger] = [pair(), pair(), pair()];
  const sealed = (...keys: ReturnType<typeof pair>[]) =>
    readEnvelope(
      sealEnvelope(
        payloadType,
        payload,
        keys.map(({ privateKey }) => privateKey),
      ),
    );
  const codeOf = (trusted: TrustedKeys, ...keys: ReturnType<typeof pair>[]) => {
    const verdict = trusted.judge(sealed(...keys));
    return verdict.ok ? verdict.keyId : verdict.code;
  };

  it('takes what any of its keys signed', () => {
    const trusted = new TrustedKeys({ ...plain, trust: [old.text, next.text] });
    expect([old, next, stranger].map((key) => codeOf(trusted, key))).toEqual([old.id, next.id, 'key-unknown']);
  });

  it('lets keys be rotated by overlap: a push signed with both is taken before, during and after', () => {
    for (const trust of [[old.text], [old.text, next.text], [next.text]]) {
      const trusted = new TrustedKeys({ ...plain, trust });
      expect(trusted.judge(sealed(old, next)).ok).toBe(true);
    }
  });

  it('has nobody left who answers once all that signed are revoked, and not before', () => {
    const trusted = new TrustedKeys({ ...plain, trust: [old.text, next.text] });
    const signers = { keyId: old.id, alsoBy: [next.id] };
    expect(trusted.judge(sealed(old, next))).toEqual({ ok: true, ...signers });
    const isRevokedBy = (...revoked: string[]) => new TrustedKeys({ ...plain, revoked }).isRevoked(signers);
    expect([isRevokedBy(), isRevokedBy(old.id), isRevokedBy(next.id)]).toEqual([false, false, false]);
    expect(isRevokedBy(old.id, next.text)).toBe(true);
    expect(new TrustedKeys({ ...plain, revoked: [old.id] }).isRevoked({})).toBe(false);
  });

  it('refuses a revoked key, named by its id or by itself, although it is listed', () => {
    for (const revoked of [old.id, old.text]) {
      const trusted = new TrustedKeys({ ...plain, trust: [old.text, next.text], revoked: [revoked] });
      expect([codeOf(trusted, old), codeOf(trusted, old, next)]).toEqual(['key-revoked', next.id]);
    }
  });

  it('takes the unsigned only where that is allowed', () => {
    expect(codeOf(new TrustedKeys(plain))).toBe('unsigned');
    expect(new TrustedKeys({ ...plain, allowUnsigned: true }).judge(sealed())).toEqual({ ok: true, keyId: undefined });
  });

  it('does not take a bad signature for none, where the unsigned is allowed', () => {
    const trusted = new TrustedKeys({ ...plain, trust: [old.text], allowUnsigned: true });
    const envelope = sealed(old);
    expect(trusted.judge({ ...envelope, payload: Buffer.from('{"push":2}') })).toMatchObject({ code: 'signature' });
    expect(codeOf(trusted, stranger)).toBe('key-unknown');
  });

  it('notices every changed bit of the payload, the type and the signature', () => {
    const trusted = new TrustedKeys({ ...plain, trust: [old.text] });
    const envelope = sealed(old);
    const flipped = (bytes: Buffer, bit: number) => {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] ^= 1 << (bit & 7);
      return copy;
    };
    const [{ keyId, signature }] = envelope.signatures;
    for (let bit = 0; bit < payload.length * 8; bit++) {
      expect(trusted.judge({ ...envelope, payload: flipped(payload, bit) }).ok).toBe(false);
    }
    for (let bit = 0; bit < 512; bit += 7) {
      const signatures = [{ keyId, signature: flipped(signature, bit) }];
      expect(trusted.judge({ ...envelope, signatures }).ok).toBe(false);
    }
    expect(trusted.judge({ ...envelope, payloadType: 'application/json' }).ok).toBe(false);
  });
});

describe('readEnvelope', () => {
  it.each([
    ['no JSON', 'x', /no JSON/],
    ['no signatures', '{"payloadType":"a","payload":""}', /signatures/],
    ['no base64', '{"payloadType":"a","payload":"?","signatures":[]}', /payload: expected base64/],
    [
      'nine signatures',
      JSON.stringify({ payloadType: 'a', payload: '', signatures: Array(9).fill({ keyid: '', sig: '' }) }),
      /signatures/,
    ],
  ])('refuses what has %s', (_, text, message) => {
    expect(() => readEnvelope(Buffer.from(text))).toThrow(message);
  });
});

describe('publicKeyOf', () => {
  it('reads PEM, raw bytes and SubjectPublicKeyInfo as the same key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const ids = [pem, spki, rawKey(publicKey).toString('base64')].map((text) => keyIdOf(publicKeyOf(text)!));
    expect(new Set(ids).size).toBe(1);
  });

  it('is undefined for other keys and for nonsense', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'pem', type: 'spki' });
    for (const text of [rsa.toString(), '', 'AAAA', '-----BEGIN']) expect(publicKeyOf(text)).toBeUndefined();
  });
});
