import { expect, it } from 'vitest';
import type { ModelOrigin, ModelVersion } from '../../../../src/pipeline/modelVersions.js';
import type { PushRecord } from '../../../../src/registry/push/pushJournal.js';
import { revokedVersions } from '../../../../src/registry/push/revokedVersions.js';
import { TrustedKeys } from '../../../../src/registry/signatures/trustedKeys.js';

const [stolen, old, good] = ['a', 'b', 'c'].map((digit) => digit.repeat(16));
const trusted = new TrustedKeys({ trust: [], revoked: [stolen, old], allowUnsigned: false });
const row = (name: string, version: number, origin: ModelOrigin, parent?: string): ModelVersion => ({
  ...{ name, version, sha256: `${name}${version}`, state: 'active', origin, createdMs: 0, parent },
});
const pushed = (version: number, keyId?: string, alsoBy?: string[]) => ({
  ...{ version, sha256: `pump${version}`, created: version },
  ...(keyId && { keyId }),
  ...(alsoBy && { alsoBy }),
});
const revokedOf = (versions: readonly ModelVersion[], ...versionsPushed: PushRecord['versions'][number][]) =>
  Object.fromEntries(revokedVersions(versions, [{ name: 'pump', versions: versionsPushed }], trusted));

it('are those whose key is revoked, unless another that signed them is not', () => {
  const versions = [1, 2, 3, 4].map((version) => row('pump', version, 'pushed'));
  const answers = [pushed(1, good), pushed(2, stolen), pushed(3, old, [good]), pushed(4, old, [stolen])];
  expect(revokedOf(versions, ...answers)).toEqual({ 'pump@2': stolen, 'pump@4': old });
});

it('are fine-tunes of one too, however often tuned, and no version that was pushed after it', () => {
  const versions = [
    row('pump', 1, 'pushed'),
    row('pump:a', 1, 'tuned', 'pump@1'),
    row('pump:a', 2, 'tuned', 'pump:a@1'),
    row('pump', 2, 'pushed', 'pump@1'),
    row('pump:a', 3, 'tuned', 'pump@2'),
  ];
  expect(revokedOf(versions, pushed(1, stolen), pushed(2, good))).toEqual({
    'pump@1': stolen,
    'pump:a@1': stolen,
    'pump:a@2': stolen,
  });
});

it('are none of those that nobody signed, and that nobody pushed', () => {
  expect(revokedOf([row('pump', 1, 'pushed'), row('gru-base', 1, 'shipped')], pushed(1))).toEqual({});
});
