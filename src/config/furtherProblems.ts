import type { RawConfig } from './configFlags.js';
import { problemsOf } from './configProblems.js';
import { fleetProblems } from './fleetProblems.js';
import type { Path, Problem } from './readYaml.js';
import { configSchema } from './schema.js';

/**
 * What is wrong besides `found`. Keys are compared with one another only where each is in order, so the configuration is looked at again without
 * the keys that are not; of a section that lost a key to this nothing is said, as what is missed there may be what was taken out.
 */
export function furtherProblems(raw: RawConfig, found: readonly Problem[], hostName: string): Problem[] {
  const rest = structuredClone(raw);
  const unsure: Path[] = [];
  for (const { path, ofKey } of found) {
    const taken = ofKey ? path : keyOfSection(path);
    if (taken.length === 0) return [];
    remove(rest, taken);
    if (!ofKey) unsure.push(taken.length > 1 ? taken.slice(0, -1) : taken);
  }
  const parsed = configSchema.safeParse(rest);
  const isSure = ({ path }: Problem): boolean =>
    !unsure.some((section) => section.every((key, depth) => path[depth] === key));
  if (!parsed.success) {
    const more = problemsOf(parsed.error.issues, found);
    const beyond = more.length === 0 ? [] : furtherProblems(raw, [...found, ...more], hostName);
    return [...more.filter(isSure), ...beyond];
  }
  if (unsure.some(([section]) => section === 'source' || section === 'store')) return [];
  return fleetProblems(parsed.data, rest, hostName).filter(isSure);
}

/** `streams[0].value[2]` → `streams[0].value`, `http.hosts[1]` → `http.hosts`; the whole list for an item that has no keys. */
function keyOfSection(path: Path): Path {
  if (typeof path[1] !== 'number') return path.slice(0, 2);
  return path.length > 2 ? path.slice(0, 3) : path.slice(0, 1);
}

function remove(raw: RawConfig, path: Path): void {
  const holder = path.slice(0, -1).reduce<unknown>((at, key) => (at as RawConfig | undefined)?.[key as string], raw);
  if (typeof holder === 'object' && holder !== null) delete (holder as RawConfig)[path.at(-1) as string];
}
