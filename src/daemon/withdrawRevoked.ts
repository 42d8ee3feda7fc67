import type { Config } from '../config/config.js';
import { type PushRecords, parsed, pushFolder, readJournal } from '../registry/push/pushJournal.js';
import { revokedVersions } from '../registry/push/revokedVersions.js';
import { TrustedKeys } from '../registry/signatures/trustedKeys.js';
import type { ModelsOfNode } from './modelsOfNode.js';

/** Takes out of use what `models.revoked` says nobody answers for, before any of it is opened. */
export function withdrawRevoked(
  { models: settings, store }: Config,
  models: ModelsOfNode,
  pushes: PushRecords | undefined, // of a fleet
): void {
  if (settings.revoked.length === 0) return;
  const records = pushes ? parsed(pushes.all()) : readJournal(pushFolder(store.path));
  models.withdraw(revokedVersions(models.registry.versions(), records, new TrustedKeys(settings)));
}
