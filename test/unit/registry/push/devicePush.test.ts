import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { composeDevicePush, devicePayloadType, readDevicePush } from '../../../../src/registry/push/devicePush.js';
import { sealEnvelope } from '../../../../src/registry/signatures/envelope.js';
import { TrustedKeys } from '../../../../src/registry/signatures/trustedKeys.js';

const key = generateKeyPairSync('ed25519').privateKey;
const stranger = generateKeyPairSync('ed25519').privateKey;
const trust = [createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()];
const trusted = new TrustedKeys({ trust, revoked: [], allowUnsigned: false });
const push = { name: 'gru', version: 3, node: 'pi', device: 'kitchen-7', created: 1_000, expires: 9_000 };
const bytes = Buffer.from('a model');
const here = { node: 'pi', device: 'kitchen-7', trustedMs: 5_000 };
const sealed = (changes: Partial<typeof push> = {}, by = key) =>
  sealEnvelope(devicePayloadType, composeDevicePush({ ...push, ...changes, bytes }), [by]);

describe('a model pushed to a device', () => {
  it('is what was signed', () => {
    expect(readDevicePush(sealed(), trusted, here)).toMatchObject({ ...push, bytes });
  });

  it.each([
    ['models.trust has no key', sealed({}, stranger), here],
    ['it is for cellar at pi', sealed({ device: 'cellar' }), here],
    ['it is for kitchen-7 at hub', sealed({ node: 'hub' }), here],
    ['it expired', sealed({ expires: 4_000 }), here],
    ['does not know the time', sealed(), { ...here, trustedMs: undefined }],
    ['version', sealed({ version: 0 }), here],
    ['payload type', sealEnvelope('application/json', composeDevicePush({ ...push, bytes }), [key]), here],
    ['no JSON document', Buffer.from('nonsense'), here],
    ['it has 3000000 bytes', Buffer.alloc(3_000_000), here],
  ])('is refused: %s', (reason, envelope, place) => {
    expect(() => readDevicePush(envelope, trusted, place)).toThrow(reason);
  });

  it('is refused when a byte of it was changed after it was signed', () => {
    const envelope = JSON.parse(sealed().toString()) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"version":3', '"version":4');
    const forged = { ...envelope, payload: Buffer.from(payload).toString('base64') };
    expect(() => readDevicePush(Buffer.from(JSON.stringify(forged)), trusted, here)).toThrow('signature');
  });
});
