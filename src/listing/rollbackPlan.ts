import { StepcastError } from '../errors.js';

export interface Rollback {
  readonly source: string; // NAME@VERSION
  readonly target: string;
  readonly series: number; // that were stepped through it
  /**
   * daemon: it has taken it up. workers: those of a fleet do, each for the series it has. start: no daemon runs; the series go over when one starts.
   * waiting: one runs and has not answered yet.
   */
  readonly by: 'daemon' | 'workers' | 'start' | 'waiting';
}

export interface NamedVersion {
  readonly version: number;
  readonly state: string;
  readonly parent: string | null; // NAME@VERSION
}

/**
 * From which version of a name to which: the newest in use, to `version` or its parent.
 *
 * @param versions those of the name
 * @throws {StepcastError} MODEL_MISSING when there is nothing to go back from or to.
 */
export function rollbackPlan(
  name: string,
  version: number | undefined,
  versions: readonly NamedVersion[],
  isKnown: (label: string) => boolean,
): Pick<Rollback, 'source' | 'target'> {
  const inUse = versions
    .filter(({ state }) => state === 'active')
    .reduce<NamedVersion | undefined>(
      (newest, one) => (newest && newest.version > one.version ? newest : one),
      undefined,
    );
  if (!inUse) throw missing(name, versions.length === 0 ? 'there is no such model' : 'no version of it is in use');
  const source = `${name}@${inUse.version}`;
  const target = version === undefined ? inUse.parent : `${name}@${version}`;
  if (target === null) throw missing(source, 'it has no parent to go back to');
  if (target === source) throw missing(source, 'it is the version in use');
  if (!isKnown(target)) throw missing(target, 'there is no such version');
  return { source, target };
}

const missing = (subject: string, message: string): StepcastError =>
  new StepcastError({
    code: 'MODEL_MISSING',
    op: 'roll back',
    subject,
    message,
    hint: '`stepcast models list` shows every version and its state',
  });
