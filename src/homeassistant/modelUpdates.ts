import type { ModelVersion } from '../pipeline/modelVersions.js';

/** A model that was pushed to this machine, as an update entity shows it. */
export interface ModelUpdate {
  readonly name: string;
  readonly installed: number | undefined; // version in use
  readonly latest: number; // of those in use or on their way to it; without any, the newest
  readonly inProgress: boolean; // stepped beside the one in use
}

const onTheWay = new Set(['candidate', 'shadow', 'active']);
const most = 50; // names, so that the discovery of the machine stays small

/** By name, in the order of their first version. What learning made of them is not an update. */
export const modelUpdates = (versions: readonly ModelVersion[]): ModelUpdate[] => {
  const names = new Set(versions.filter(({ origin }) => origin === 'pushed').map(({ name }) => name));
  return [...names].slice(0, most).map((name) => {
    const own = versions.filter((version) => version.name === name && version.origin !== 'tuned');
    const newest = (states: (state: ModelVersion['state']) => boolean): number | undefined => {
      const found = own.filter(({ state }) => states(state)).map(({ version }) => version);
      return found.length > 0 ? Math.max(...found) : undefined;
    };
    const installed = newest((state) => state === 'active');
    const latest = newest((state) => onTheWay.has(state)) ?? newest(() => true)!;
    const inProgress = own.some(({ version, state }) => version === latest && state === 'shadow');
    return { name, installed, latest, inProgress };
  });
};

export const modelState = ({ name, installed, latest, inProgress }: ModelUpdate): string =>
  JSON.stringify({
    installed_version: installed === undefined ? null : String(installed),
    latest_version: String(latest),
    title: name,
    in_progress: inProgress,
  });
