import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelVersion } from '../../../../src/pipeline/modelVersions.js';
import type { Admission, Admit } from '../../../../src/registry/push/admission.js';
import { chunksOf, composeManifest } from '../../../../src/registry/push/composePush.js';
import { PushJournal } from '../../../../src/registry/push/pushJournal.js';
import { type PushManifest, payloadType } from '../../../../src/registry/push/pushManifest.js';
import { type PushNews, PushReceiver } from '../../../../src/registry/push/pushReceiver.js';
import { chunkTopic } from '../../../../src/registry/push/pushTopics.js';
import { sealEnvelope } from '../../../../src/registry/signatures/envelope.js';
import { rawKey } from '../../../../src/registry/signatures/publicKey.js';
import { TrustedKeys } from '../../../../src/registry/signatures/trustedKeys.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519').privateKey;
const trust = [rawKey(publicKey).toString('base64')];
const nowMs = Date.UTC(2026, 10, 23);
const day = 86_400_000;
const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * i) % 251);
const all = { target: 'all', name: 'boiler' };

const dirs: string[] = [];
const nodes: Node[] = [];
afterEach(async () => {
  for (const { receiver } of nodes.splice(0)) await receiver.stop();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});
const newDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-push-'));
  dirs.push(dir);
  return dir;
};

const manifestOf = (changed: Partial<Parameters<typeof composeManifest>[0]> = {}): PushManifest =>
  composeManifest({
    ...{ name: 'boiler', version: 1, target: 'all', created: nowMs, expires: nowMs + day, minDaemon: '0.1.0' },
    ...{ activate: 'trial', bytes, metadata: '{}', chunkSize: 1024, ...changed },
  });
const sealed = (manifest: PushManifest, key = privateKey): Buffer =>
  sealEnvelope(payloadType, Buffer.from(JSON.stringify(manifest)), [key]);

/** A node on a broker that the test holds: retained messages by topic, watched topics. */
class Node {
  readonly dir: string;
  readonly retained = new Map<string, Uint8Array>();
  readonly watched = new Map<string, (topic: string, payload: Uint8Array) => void>();
  readonly said: string[] = [];
  readonly versions: ModelVersion[];
  readonly taken: string[] = [];
  readonly receiver: PushReceiver;
  readonly journal: PushJournal;
  clockMs: number | undefined = nowMs;
  elapsedMs = 0;
  admission: Admission = { ok: true, model: undefined as never };

  constructor(
    dir = newDir(),
    versions: ModelVersion[] = [],
    keys = { trust, revoked: [] as string[], allowUnsigned: false },
  ) {
    nodes.push(this);
    this.dir = dir;
    this.versions = versions;
    this.journal = new PushJournal(join(dir, 'push'));
    const admit: Admit = async (file) => {
      expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(manifestOf().sha256);
      return this.admission;
    };
    this.receiver = new PushReceiver({
      ...{ node: 'cellar', prefix: 'p', daemon: '0.1.0', maxBytes: 1e6, journal: this.journal, admit },
      trusted: new TrustedKeys(keys),
      clock: { trustedMs: () => this.clockMs, nowMs: () => nowMs, elapsedMs: () => this.elapsedMs },
      watch: (topics, take) => {
        for (const topic of topics) this.watched.set(topic, take);
        queueMicrotask(() => {
          for (const topic of topics)
            if (this.retained.has(topic)) this.watched.get(topic)?.(topic, this.retained.get(topic)!);
        });
        return () => {
          for (const topic of topics) this.watched.delete(topic);
        };
      },
      registry: {
        versions: () => this.versions,
        addPushed: async ({ name, version }) => {
          const sha256 = manifestOf().sha256;
          const row = {
            name,
            version,
            sha256,
            state: 'candidate',
            origin: 'pushed',
            createdMs: 0,
            parent: undefined,
          } as const;
          this.versions.push(row);
          return row;
        },
      },
      tell: (_, { version }, { state, code, received }: PushNews) => {
        if (!received) this.said.push(`${version} ${state}${code ? ` ${code}` : ''}`);
      },
      onTaken: (name) => this.taken.push(name),
    });
  }

  /** The chunks of a file, at the broker. */
  offer(manifest: PushManifest, from = 0, to = manifest.chunks.length, file = bytes): void {
    const chunks = chunksOf(file, manifest.chunkSize);
    for (let i = from; i < to; i++) {
      const topic = chunkTopic('p', manifest.target, manifest.name, manifest.sha256, i);
      this.retained.set(topic, chunks[i]);
      this.watched.get(topic)?.(topic, chunks[i]);
    }
  }

  get files(): string[] {
    const folder = join(this.dir, 'push');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  until(what: () => boolean): Promise<void> {
    return vi.waitFor(() => expect(what(), `${this.said}`).toBe(true), { timeout: 20_000, interval: 5 });
  }
}

describe('PushReceiver', () => {
  it('receives, admits and takes a model, and leaves no part of it behind', async () => {
    const node = new Node();
    node.offer(manifestOf());
    node.receiver.hear(all, sealed(manifestOf()));
    await node.until(() => node.taken.length === 1);
    expect(node.files).toEqual(['boiler.json']);
    expect(node.watched.size).toBe(0);
    expect(node.journal.of('boiler').taken).toMatchObject({ phase: 'trial', manifest: manifestOf() });
  });

  it('asks for a few chunks at a time, and for no more than are missing', async () => {
    const node = new Node();
    const manifest = manifestOf();
    node.receiver.hear(all, sealed(manifest));
    await node.until(() => node.watched.size === 8);
    node.offer(manifest, 0, 10);
    await node.until(() => node.watched.has(chunkTopic('p', 'all', 'boiler', manifest.sha256, 17)));
    expect(node.watched.size).toBe(8);
  });

  it('goes on after a kill with what is missing, although nothing remembers what that is', async () => {
    const node = new Node();
    const manifest = manifestOf();
    node.receiver.hear(all, sealed(manifest));
    node.offer(manifest, 0, 12);
    await node.until(() => node.watched.has(chunkTopic('p', 'all', 'boiler', manifest.sha256, 19)));
    const part = join(node.dir, 'push', 'boiler.onnx');
    const broken = readFileSync(part);
    broken[5000] ^= 1; // a page that was never written
    writeFileSync(part, broken);
    const again = new Node(node.dir);
    again.receiver.start();
    await again.until(() => again.watched.size === 8);
    expect([...again.watched.keys()].map((topic) => Number(topic.split('/').at(-1)))).toEqual([
      4, 12, 13, 14, 15, 16, 17, 18,
    ]);
    again.offer(manifest);
    await again.until(() => again.taken.length === 1);
  });

  it.each([
    ['a chunk that was swapped', 'chunk', (file: Uint8Array) => file.copyWithin(0, 1024, 2048)],
    ['a chunk with one other bit', 'chunk', (file: Uint8Array) => file.fill(file[0] ^ 1, 0, 1)],
  ])('refuses %s, and leaves nothing on disk', async (_, code, change) => {
    const node = new Node();
    const manifest = manifestOf();
    const file = Uint8Array.from(bytes);
    change(file);
    node.offer(manifest, 0, 1, file);
    node.receiver.hear(all, sealed(manifest));
    await node.until(() => node.said.at(-1) === `1 rejected ${code}`);
    await node.until(() => node.files.length === 0);
    expect(node.watched.size).toBe(0);
  });

  it('refuses a file whose chunks are those of the manifest, and whose hash is not', async () => {
    const node = new Node();
    const manifest = { ...manifestOf(), sha256: 'a'.repeat(64) };
    node.offer(manifest);
    node.receiver.hear(all, sealed(manifest));
    await node.until(() => node.said.at(-1) === '1 rejected hash');
    await node.until(() => node.files.length === 0);
  });

  it('refuses what admission refuses, and takes it up again when it is pushed again', async () => {
    const node = new Node();
    node.offer(manifestOf());
    node.admission = { ok: false, code: 'trial-memory', reason: 'it takes too much' };
    node.receiver.hear(all, sealed(manifestOf()));
    await node.until(() => node.said.at(-1) === '1 rejected trial-memory');
    await node.until(() => node.files.length === 0);
    node.admission = { ok: true, model: undefined as never };
    node.receiver.hear(all, sealed(manifestOf({ created: nowMs + 1 })));
    await node.until(() => node.taken.length === 1);
  });

  it('tries again after a minute what this machine could not try, without asking for its chunks again', async () => {
    const node = new Node();
    node.offer(manifestOf());
    node.admission = { ok: false, code: 'node', reason: 'no process could be begun' };
    node.receiver.hear(all, sealed(manifestOf()));
    await node.until(() => node.said.at(-1) === '1 receiving node');
    node.admission = { ok: true, model: undefined as never };
    node.retained.clear();
    node.elapsedMs = 59_999;
    node.receiver.poll();
    expect(node.said.at(-1)).toBe('1 receiving node');
    node.elapsedMs = 60_000;
    node.receiver.poll();
    await node.until(() => node.taken.length === 1);
    expect(node.files).toEqual(['boiler.json']);
  });

  it('refuses what a stranger signed or changed, and writes nothing', () => {
    const node = new Node();
    node.receiver.hear(all, sealed(manifestOf(), stranger));
    const changed = JSON.parse(sealed(manifestOf()).toString());
    changed.payload = Buffer.from(JSON.stringify(manifestOf({ version: 2 }))).toString('base64');
    node.receiver.hear(all, Buffer.from(JSON.stringify(changed)));
    node.receiver.hear(all, Buffer.from('{'));
    expect(node.said).toEqual(['1 rejected key-unknown', '2 rejected signature', '0 rejected manifest']);
    expect([node.files, node.watched.size]).toEqual([[], 0]);
  });

  it('gives up a transfer for a newer version, and not for an older one', async () => {
    const node = new Node();
    const second = manifestOf({ version: 2 });
    node.receiver.hear(all, sealed(manifestOf()));
    node.receiver.hear(all, sealed(second));
    node.receiver.hear(all, sealed(manifestOf()));
    expect(node.said.at(-1)).toBe('1 rejected version');
    node.offer(second);
    await node.until(() => node.taken.length === 1);
    expect(node.versions.map(({ version }) => version)).toEqual([2]);
  });

  it('waits for a clock, says so, and goes on by itself once there is one', async () => {
    const node = new Node();
    node.clockMs = undefined;
    node.offer(manifestOf());
    node.receiver.hear(all, sealed(manifestOf()));
    expect(node.said).toEqual(['1 receiving clock']);
    node.receiver.poll();
    expect(node.watched.size).toBe(0);
    node.clockMs = nowMs;
    node.receiver.poll();
    await node.until(() => node.taken.length === 1);
  });

  it('gives up a transfer that expires under way, or that is taken back', async () => {
    const node = new Node();
    node.receiver.hear(all, sealed(manifestOf()));
    node.receiver.hear({ ...all, target: 'cellar' }, Buffer.alloc(0));
    await node.until(() => node.watched.size === 8);
    node.receiver.hear(all, Buffer.alloc(0));
    expect(node.said.at(-1)).toBe('1 rejected withdrawn');
    node.receiver.hear(all, sealed(manifestOf()));
    node.clockMs = nowMs + day;
    node.receiver.poll();
    expect(node.said.at(-1)).toBe('1 rejected expired');
    expect(node.watched.size).toBe(0);
    await node.until(() => node.files.length === 0);
  });

  it('holds what canaries try first, until a later manifest says otherwise', async () => {
    const node = new Node();
    node.offer(manifestOf());
    node.receiver.hear(all, sealed(manifestOf({ canary: ['attic'] })));
    await node.until(() => node.taken.length === 1);
    expect(node.journal.of('boiler').taken?.phase).toBe('held');
    node.receiver.hear(all, sealed(manifestOf({ created: nowMs + 1, activate: 'now' })));
    expect(node.journal.of('boiler').taken).toMatchObject({ phase: 'trial', manifest: { activate: 'now' } });
    node.receiver.hear(all, sealed(manifestOf({ canary: ['attic'] })));
    expect(node.said.at(-1)).toBe('1 rejected replay');
    expect(node.journal.of('boiler').taken?.phase).toBe('trial');
  });

  it('holds it still when the canaries are named anew', async () => {
    const node = new Node();
    node.offer(manifestOf());
    node.receiver.hear(all, sealed(manifestOf({ canary: ['attic'] })));
    await node.until(() => node.taken.length === 1);
    node.receiver.hear(all, sealed(manifestOf({ created: nowMs + 1, canary: ['attic'] })));
    await node.until(() => node.taken.length === 2);
    expect(node.journal.of('boiler').taken).toMatchObject({ phase: 'held', manifest: { created: nowMs + 1 } });
  });

  it('takes what the registry has and the journal does not, as after a kill between the two, without asking for it again', async () => {
    const node = new Node();
    node.offer(manifestOf());
    node.receiver.hear(all, sealed(manifestOf()));
    await node.until(() => node.taken.length === 1);
    const again = new Node(newDir(), node.versions);
    again.receiver.hear(all, sealed(manifestOf()));
    await again.until(() => again.taken.length === 1);
    expect(again.watched.size).toBe(0);
    expect(again.journal.of('boiler')).toMatchObject({ taken: { phase: 'trial' }, versions: [{ version: 1 }] });
  });

  it('does not go on with a transfer whose key is not trusted any more', async () => {
    const node = new Node();
    node.receiver.hear(all, sealed(manifestOf()));
    await node.until(() => node.watched.size === 8);
    await node.receiver.stop();
    const again = new Node(node.dir, [], { trust, revoked: trust, allowUnsigned: false });
    again.receiver.start();
    expect(again.said).toEqual(['1 rejected key-revoked']);
    await again.until(() => again.files.length === 0);
  });

  it('receives four at a time, and the others in turn', async () => {
    const node = new Node();
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      node.receiver.hear({ target: 'all', name }, sealed(manifestOf({ name })));
    expect(node.said.at(-1)).toBe('1 receiving busy');
    node.offer(manifestOf({ name: 'b' }));
    await node.until(() => node.taken.includes('b'));
    node.offer(manifestOf({ name: 'e' }));
    node.receiver.poll();
    await node.until(() => node.taken.includes('e'));
  });
});
