import { modelLabel } from '../forecast/modelContract.js';
import type { ModelVersion } from '../pipeline/modelVersions.js';

const newestKept = 3; // of a name

/**
 * Which model files stay: those in use, on trial or not yet judged, their parents, the newest three of each name, and whatever a stored state
 * belongs to.
 */
export function keptHashes(versions: readonly ModelVersion[], inUse: ReadonlySet<string>): Set<string> {
  const kept = new Set(inUse);
  const byLabel = new Map(versions.map((version) => [modelLabel(version), version]));
  const newest = new Map<string, number[]>();
  for (const { name, version } of versions) newest.set(name, [...(newest.get(name) ?? []), version]);
  for (const version of versions) {
    const later = newest.get(version.name)!.filter((other) => other > version.version).length;
    const isLive = version.state === 'active' || version.state === 'shadow' || version.state === 'candidate';
    if (later < newestKept || isLive) kept.add(version.sha256);
    const parent = isLive && version.parent !== undefined ? byLabel.get(version.parent) : undefined;
    if (parent) kept.add(parent.sha256);
  }
  return kept;
}
