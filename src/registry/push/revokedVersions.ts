import { modelLabel } from '../../forecast/modelContract.js';
import type { ModelVersion } from '../../pipeline/modelVersions.js';
import type { TrustedKeys } from '../signatures/trustedKeys.js';
import type { PushRecord } from './pushJournal.js';

/**
 * Versions that nobody answers for any more, since their key is revoked, with the id of that key, by label. What was fine-tuned from one is one itself: it
 * has its weights. A version pushed under another key is not, whatever was there before it.
 */
export function revokedVersions(
  versions: readonly ModelVersion[],
  records: readonly PushRecord[],
  trusted: Pick<TrustedKeys, 'isRevoked'>,
): ReadonlyMap<string, string> {
  const revoked = new Map<string, string>();
  for (const { name, versions: pushed } of records)
    for (const one of pushed)
      if (trusted.isRevoked(one)) revoked.set(modelLabel({ name, version: one.version }), one.keyId!);
  const byLabel = new Map(versions.map((version) => [modelLabel(version), version]));
  for (const version of versions) {
    let { origin, parent } = version;
    while (origin === 'tuned' && parent !== undefined) {
      const key = revoked.get(parent);
      if (key !== undefined) revoked.set(modelLabel(version), key);
      ({ origin, parent } = byLabel.get(parent) ?? { origin, parent: undefined });
    }
  }
  return revoked;
}
