import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type PushManifest, readManifest } from '../../../../src/registry/push/pushManifest.js';
import { type KnownVersion, type PushRulesContext, rulePush } from '../../../../src/registry/push/pushRules.js';

const vectors = JSON.parse(readFileSync(new URL('../../../fixtures/modelPush.json', import.meta.url), 'utf8'));
const manifest = readManifest(Buffer.from(vectors.payload));
const hour = 3_600_000;
const other = 'f'.repeat(64);
const here: PushRulesContext = {
  ...{ node: 'cellar', topic: { target: 'all', name: 'boiler' }, trustedMs: manifest.created + hour },
  ...{ maxBytes: 1e6, daemon: '0.1.0', known: [] },
};
const said = (changed: Partial<PushManifest>, context: Partial<PushRulesContext> = {}): string => {
  const ruling = rulePush({ ...manifest, ...changed }, { ...here, ...context });
  return ruling.action === 'refuse' ? ruling.code : ruling.action;
};
const known = (...versions: KnownVersion[]) => ({ known: versions });

describe('rulePush', () => {
  it('takes what is for this node, in time and new', () => {
    expect(said({})).toBe('take');
    expect(said({ target: 'cellar' }, { topic: { target: 'cellar', name: 'boiler' } })).toBe('take');
  });

  it('refuses a manifest that came under another name, or is for another node', () => {
    expect(said({ name: 'pump' })).toBe('name');
    expect(said({ target: 'attic' }, { topic: { target: 'attic', name: 'boiler' } })).toBe('target');
    expect(said({ target: 'attic' }, { topic: { target: 'cellar', name: 'boiler' } })).toBe('target');
    expect(said({ target: 'attic' })).toBe('target');
    expect(said({}, { topic: { target: 'cellar', name: 'boiler' } })).toBe('target');
  });

  it('refuses what needs a later daemon, and compares numbers, not letters', () => {
    expect(said({ minDaemon: '0.10.0' }, { daemon: '0.9.1' })).toBe('daemon');
    expect(said({ minDaemon: '0.9.1' }, { daemon: '0.10.0' })).toBe('take');
    expect(said({ minDaemon: '1.0.0' }, { daemon: '0.9.9' })).toBe('daemon');
  });

  it('refuses what is larger than models.maxBytes', () => {
    expect(said({}, { maxBytes: 2499 })).toBe('size');
    expect(said({}, { maxBytes: 2500 })).toBe('take');
  });

  it('lets versions only go up', () => {
    expect(said({}, known({ version: 4, sha256: other }))).toBe('version');
    expect(said({}, known({ version: 3, sha256: other }))).toBe('version');
    expect(said({}, known({ version: 2, sha256: other }))).toBe('take');
  });

  it('does not let a key that was stolen and revoked block a name with a huge version', () => {
    expect(said({}, known({ version: 999_999_999, sha256: other, revoked: true }))).toBe('take');
    expect(said({}, known({ version: 3, sha256: other, revoked: true }))).toBe('version');
  });

  it('finds a replay harmless: it is here, and an earlier manifest than the one followed says nothing', () => {
    const same = { version: 3, sha256: manifest.sha256 };
    expect(said({}, known({ ...same, created: manifest.created }))).toBe('again');
    expect(said({}, known({ ...same, created: manifest.created - 1 }))).toBe('again');
    expect(said({}, known({ ...same, created: manifest.created + 1 }))).toBe('replay');
  });

  it('refuses what has expired', () => {
    expect(said({}, { trustedMs: manifest.expires })).toBe('expired');
    expect(said({}, { trustedMs: manifest.expires - 1 })).toBe('take');
  });

  it('waits while this node does not know the time, or its clock is behind the maker of the manifest', () => {
    expect(said({}, { trustedMs: undefined })).toBe('wait');
    expect(said({}, { trustedMs: manifest.created - 25 * hour })).toBe('wait');
    expect(said({}, { trustedMs: manifest.created - 23 * hour })).toBe('take');
  });
});

describe('readManifest', () => {
  const read = (changed: object) => () => readManifest(Buffer.from(JSON.stringify({ ...manifest, ...changed })));

  it.each([
    ['an unknown key', { extra: 1 }],
    ['a name that is a path', { name: '../x' }],
    ['the name auto', { name: 'auto' }],
    ['a version of 0', { version: 0 }],
    ['a hash in capitals', { sha256: manifest.sha256.toUpperCase() }],
    ['fewer chunks than its size needs', { chunks: manifest.chunks.slice(1) }],
    ['chunks of a few bytes', { chunkSize: 16 }],
    ['an expiry before its making', { expires: manifest.created }],
    ['another form', { push: 2 }],
  ])('refuses %s', (_, changed) => {
    expect(read(changed)).toThrow(RangeError);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => readManifest(Buffer.from([0x22, 0xff, 0x22]))).toThrow('no JSON document in UTF-8');
  });
});
