import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { chunksOf, composeManifest } from '../../../../src/registry/push/composePush.js';
import { type PushManifest, payloadType } from '../../../../src/registry/push/pushManifest.js';
import { preAuthentication, sealEnvelope } from '../../../../src/registry/signatures/envelope.js';
import { keyIdOf } from '../../../../src/registry/signatures/publicKey.js';
import { hostileFiles } from '../../../support/hostileFiles.js';
import { hostileModels } from '../../../support/hostileModels.js';
import { metadataOf } from '../../../support/pushOf.js';
import { stepModelBytes } from '../../../support/stepModel.js';

/** What a stranger puts on a broker, under a name of its own, and what the node must answer. */
export interface HostilePush {
  readonly about: string;
  readonly name: string;
  readonly manifest: Buffer; // as it is published
  readonly chunks: readonly (readonly [hash: string, index: number, bytes: Uint8Array])[];
  readonly code: string;
}

export interface Keys {
  readonly trusted: KeyObject;
  readonly revoked: KeyObject;
  readonly stranger: KeyObject;
}

export const newKeys = (): Keys => {
  const key = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
  return { trusted: key(), revoked: key(), stranger: key() };
};

export const chunkSize = 65_536;
const good = stepModelBytes();

/** The id of the public half. */
export const idOf = (key: KeyObject): string => keyIdOf(createPublicKey(key));

/** The manifest of an honest push. */
export function manifestOf(bytes: Uint8Array, name: string, target: string): PushManifest {
  const created = Date.now();
  return composeManifest({
    ...{ bytes, name, version: 1, target, chunkSize, metadata: metadataOf(bytes) },
    ...{ created, expires: created + 3_600_000, minDaemon: '0.0.1', activate: 'trial' },
  });
}

const cut = (bytes: Uint8Array): Uint8Array[] => chunksOf(bytes, chunkSize);

type Change = (manifest: PushManifest) => object;
type Seal = (payload: Buffer, keys: Keys) => Buffer;

const signed: Seal = (payload, { trusted }) => sealEnvelope(payloadType, payload, [trusted]);
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const envelope = (payload: Buffer, keyid: string, sig: Buffer): Buffer =>
  json({ payloadType, payload: payload.toString('base64'), signatures: [{ keyid, sig: sig.toString('base64') }] });

const seals: readonly (readonly [string, string, Seal])[] = [
  ['no signature', 'unsigned', (payload) => sealEnvelope(payloadType, payload, [])],
  [
    'the signature of a stranger',
    'key-unknown',
    (payload, { stranger }) => sealEnvelope(payloadType, payload, [stranger]),
  ],
  [
    'the signature of a stranger under the id of a trusted key',
    'signature',
    (payload, { trusted, stranger }) =>
      envelope(payload, idOf(trusted), sign(null, preAuthentication(payloadType, payload), stranger)),
  ],
  [
    'a signature of the bare payload, without its type',
    'signature',
    (payload, { trusted }) => envelope(payload, idOf(trusted), sign(null, payload, trusted)),
  ],
  ['an empty signature', 'signature', (payload, { trusted }) => envelope(payload, idOf(trusted), Buffer.alloc(0))],
  [
    'a signature with one bit turned',
    'signature',
    (payload, { trusted }) => {
      const signature = sign(null, preAuthentication(payloadType, payload), trusted);
      signature[7] ^= 1;
      return envelope(payload, idOf(trusted), signature);
    },
  ],
  [
    'a payload changed after it was signed',
    'signature',
    (payload, { trusted }) => {
      const signature = sign(null, preAuthentication(payloadType, payload), trusted);
      return envelope(Buffer.from(`${payload} `), idOf(trusted), signature);
    },
  ],
  [
    'the signature of a revoked key',
    'key-revoked',
    (payload, { revoked }) => sealEnvelope(payloadType, payload, [revoked]),
  ],
  [
    'a document signed for another purpose',
    'manifest',
    (payload, { trusted }) => sealEnvelope('text/plain', payload, [trusted]),
  ],
  ['no envelope', 'manifest', (payload) => payload],
  ['no JSON', 'manifest', () => Buffer.from('MZ\u0000\u0001')],
  ['brackets in brackets', 'manifest', () => Buffer.from('['.repeat(60_000))],
  [
    'an envelope larger than any manifest',
    'manifest',
    (payload, keys) => Buffer.concat([signed(payload, keys), Buffer.alloc(200_000, ' ')]),
  ],
  ['a signed manifest that is no JSON', 'manifest', (_payload, keys) => signed(Buffer.from('{'), keys)],
  [
    'a version that is said twice',
    'manifest',
    (payload, keys) => signed(Buffer.from(payload.toString().replace('{', '{"version":9,')), keys),
  ],
  [
    'an envelope with two payloads',
    'manifest',
    (payload, keys) => Buffer.from(signed(payload, keys).toString().replace('{', '{"payload":"e30=",')),
  ],
  [
    'nine signatures',
    'manifest',
    (payload, { trusted }) => sealEnvelope(payloadType, payload, new Array(9).fill(trusted)),
  ],
  [
    'the id of a key that clears the screen',
    'key-unknown',
    (payload) => envelope(payload, '\u001b[2J\u202e\n', Buffer.alloc(64)),
  ],
  [
    'brackets in brackets, signed',
    'manifest',
    (_payload, keys) => signed(Buffer.from(`{"push":${'['.repeat(30_000)}${']'.repeat(30_000)}}`), keys),
  ],
  [
    'a size beyond all numbers',
    'manifest',
    (payload, keys) => signed(Buffer.from(payload.toString().replace(/"size":\d+/, '"size":1e400')), keys),
  ],
  [
    'a key __proto__',
    'manifest',
    (payload, keys) => signed(Buffer.from(payload.toString().replace('{', '{"__proto__":{"push":1},')), keys),
  ],
];

const changes: readonly (readonly [string, string, Change])[] = [
  ['a manifest for another name', 'name', (manifest) => ({ ...manifest, name: 'other' })],
  ['a manifest for another node', 'target', (manifest) => ({ ...manifest, target: 'other' })],
  ['a manifest for all, on the topic of one', 'target', (manifest) => ({ ...manifest, target: 'all' })],
  ['a name that climbs out of its folder', 'manifest', (manifest) => ({ ...manifest, name: '../../etc/cron.d/x' })],
  ['a key that nobody knows', 'manifest', (manifest) => ({ ...manifest, run: 'rm -rf /' })],
  ['version 0', 'manifest', (manifest) => ({ ...manifest, version: 0 })],
  ['a version beyond any number', 'manifest', (manifest) => ({ ...manifest, version: 1e308 })],
  ['a manifest of 1970', 'expired', (manifest) => ({ ...manifest, created: 0, expires: 1000 })],
  [
    'a manifest that has expired',
    'expired',
    ({ created, ...rest }) => ({ ...rest, created: created - 2000, expires: created - 1000 }),
  ],
  ['an end before its beginning', 'manifest', (manifest) => ({ ...manifest, expires: manifest.created - 1 })],
  ['a manifest of the year 2200', 'clock', (manifest) => ({ ...manifest, created: 7.26e12, expires: 7.27e12 })],
  ['a daemon of the future', 'daemon', (manifest) => ({ ...manifest, minDaemon: '99.0.0' })],
  ['chunks of nothing', 'manifest', (manifest) => ({ ...manifest, chunkSize: 0 })],
  ['chunks of less than nothing', 'manifest', (manifest) => ({ ...manifest, chunkSize: -65_536 })],
  ['chunks with half a byte', 'manifest', (manifest) => ({ ...manifest, chunkSize: 65_536.5 })],
  [
    'one chunk more than there may be',
    'manifest',
    (manifest) => ({ ...manifest, chunkSize: 1024, size: 1025 * 1024, chunks: new Array(1025).fill('0'.repeat(64)) }),
  ],
  ['a name that looks like another', 'manifest', (manifest) => ({ ...manifest, name: 'b\u043eiler' })],
  ['a time that no calendar has', 'manifest', (manifest) => ({ ...manifest, expires: 8.7e15 })],
  [
    'canaries without end',
    'manifest',
    (manifest) => ({ ...manifest, canary: Array.from({ length: 257 }, (_, i) => `n${i}`) }),
  ],
  [
    'answers that are no numbers',
    'golden',
    (manifest) => ({ ...manifest, golden: { steps: 1, x: floats(2, 1), y: floats(9, Number.NaN), tolerance: 1 } }),
  ],
  ['a billion bytes in one chunk', 'manifest', (manifest) => ({ ...manifest, size: 1e9 })],
  ['more bytes than the node takes', 'size', (manifest) => ({ ...manifest, size: 2 ** 25, chunkSize: 2 ** 25 })],
  ['fewer bytes than there are', 'hash', (manifest) => ({ ...manifest, size: manifest.size - 1 })],
  ['more bytes than there are', 'hash', (manifest) => ({ ...manifest, size: manifest.size + 1 })],
  ['the hash of another chunk', 'chunk', (manifest) => ({ ...manifest, chunks: ['0'.repeat(64)] })],
  [
    'other metadata than the file has',
    'contract-digest',
    (manifest) => ({ ...manifest, contractSha256: '0'.repeat(64) }),
  ],
  [
    'answers that the model does not give',
    'golden',
    (manifest) => ({ ...manifest, golden: { steps: 1, x: floats(2, 1), y: floats(9, 1e3), tolerance: 0.01 } }),
  ],
  [
    'golden vectors of another width',
    'golden',
    (manifest) => ({ ...manifest, golden: { steps: 1, x: floats(3, 1), y: floats(9, 1), tolerance: 1 } }),
  ],
];

const floats = (count: number, value: number): string =>
  Buffer.from(new Float32Array(count).fill(value).buffer).toString('base64');

/** A manifest under the id of a trusted key, and not by it: the dearest to refuse. */
export function forgedManifest(target: string, name: string, { trusted }: Keys): Buffer {
  const manifest = JSON.stringify(manifestOf(good, name, target));
  return envelope(Buffer.from(manifest), idOf(trusted), Buffer.alloc(64, 1));
}

/** An honest push. */
export function honestPush(target: string, name: string, keys: Keys): HostilePush {
  const manifest = manifestOf(good, name, target);
  const chunks = cut(good).map((chunk, i) => [manifest.sha256, i, chunk] as const);
  return { about: 'an honest push', name, code: '', chunks, manifest: signed(json(manifest), keys) };
}

/** Chunks that are not those of the manifest: `other` is a file of the same length. */
const chunkTricks: readonly (readonly [string, string, (bytes: Uint8Array) => readonly Uint8Array[]])[] = [
  ['two chunks swapped', 'chunk', (bytes) => cut(bytes).reverse()],
  ['a chunk short of a byte', 'chunk', (bytes) => cut(bytes).map((chunk) => chunk.slice(1))],
  ['a chunk with a byte more', 'chunk', (bytes) => cut(bytes).map((chunk) => Uint8Array.of(...chunk, 0))],
  ['a chunk with one bit turned', 'chunk', (bytes) => cut(bytes).map((chunk) => chunk.with(9, chunk[9] ^ 1))],
];

/** All of them, each under a name of its own. The same keys give the same pushes, but for the time. */
export function hostilePushes(target: string, keys: Keys): HostilePush[] {
  const pushes: HostilePush[] = [];
  const add = (
    about: string,
    code: string,
    bytes: Uint8Array,
    more: { change?: Change; seal?: Seal; chunks?: readonly Uint8Array[] } = {},
  ): void => {
    const name = `hostile-${pushes.length}`;
    const manifest = manifestOf(bytes, name, target);
    const sent = more.change?.(manifest) ?? manifest;
    const sha256 = (sent as { sha256: string }).sha256;
    const chunks = (more.chunks ?? cut(bytes)).map((chunk, i) => [sha256, i, chunk] as const);
    pushes.push({ about, name, code, chunks, manifest: (more.seal ?? signed)(json(sent), keys) });
  };
  for (const [about, code, seal] of seals) add(about, code, good, { seal });
  for (const [about, code, change] of changes) add(about, code, good, { change });
  const long = Uint8Array.from({ length: 3 * chunkSize }, (_, i) => i >> 16);
  for (const [about, code, trick] of chunkTricks) add(about, code, long, { chunks: trick(long) });
  add('chunks that are right, and a hash that is not', 'hash', good, {
    change: (manifest) => ({ ...manifest, sha256: 'ab'.repeat(32) }),
  });
  for (const { name, code, bytes } of [...hostileFiles(), ...hostileModels()]) {
    const canBeAnnounced = bytes.length > 0 && bytes.length <= 2 ** 24;
    if (canBeAnnounced && code !== 'latency') add(name, code, bytes); // how long is too long hangs on the machine
  }
  return pushes;
}
