import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeKey } from '../../../src/cli/makeKey.js';
import { keyIdOf, rawKey } from '../../../src/registry/signatures/publicKey.js';
import { cli } from './support.js';

const dir = mkdtempSync(join(tmpdir(), 'stepcast-keygen-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('keygen --out shows the public half, and never the private one', async () => {
  const { code, out, calls } = await cli(['keygen', '--out', 'fleet.key']);
  expect([code, calls]).toEqual([0, [['makeKey', 'fleet.key']]]);
  expect(out).toContain('PUBLIC=');
  expect(out).not.toContain('PRIVATE');
});

test('keygen without --out gives the private key on standard output, and nothing else', async () => {
  const { out, err } = await cli(['keygen']);
  expect(out).toBe('-----BEGIN PRIVATE KEY-----\n');
  expect(err).toContain('PUBLIC=');
});

test('a key pair is two files that belong together, the private one for its owner alone', async () => {
  const file = join(dir, 'a.key');
  const { keyId, publicKey } = await makeKey(file);
  const own = createPublicKey(createPrivateKey(readFileSync(file)));
  expect(rawKey(own).toString('base64')).toBe(publicKey);
  expect(keyIdOf(own)).toBe(keyId);
  expect(readFileSync(`${file}.pub`, 'utf8')).toBe(`${publicKey}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a key is never overwritten', async () => {
  const file = join(dir, 'b.key');
  await makeKey(file);
  const before = readFileSync(file, 'utf8');
  await expect(makeKey(file)).rejects.toMatchObject({ code: 'KEY_UNUSABLE' });
  rmSync(`${file}.pub`);
  await expect(makeKey(file)).rejects.toMatchObject({ code: 'KEY_UNUSABLE', subject: file });
  expect(readFileSync(file, 'utf8')).toBe(before);
});
