import { modelLabel, nameOf } from '../forecast/modelContract.js';
import type { TuningTurns } from '../learning/tuningTurns.js';
import type { ModelLedger, ModelVersion } from '../pipeline/modelVersions.js';

export interface TurnsParts {
  /** Locks that the database takes back from who dies. */
  readonly fleet: {
    tryLock(name: string, onLost: () => void): Promise<boolean>;
    unlock(name: string): Promise<void>;
  };
  readonly ledger: Pick<ModelLedger, 'shared'>;
  readonly registry: {
    versions(): readonly ModelVersion[];
    standsFor(name: string): string | undefined;
    activate(label: string): void;
    reread(): void;
  };
}

/** A worker has the turn of a model while it has its lock in the database. */
export function turnsOfFleet({ fleet, ledger: { shared }, registry }: TurnsParts): TuningTurns {
  const lockOf = (name: string): string => `tune:${name}`;
  return {
    take: async (name, onLost) => {
      if (!(await fleet.tryLock(lockOf(name), onLost))) return false;
      try {
        await shared?.refresh(); // one that was under way may have begun before the lock was free
        await shared?.refresh();
      } catch {
        await fleet.unlock(lockOf(name));
        return false;
      }
      registry.reread();
      return true;
    },
    leave: async (name) => {
      await shared?.written();
      await fleet.unlock(lockOf(name));
    },
    newestOf: (label) => {
      const name = nameOf(label);
      const named = registry.versions().filter((one) => one.name === name);
      const newest = named.find((one) => modelLabel(one) === registry.standsFor(name));
      const own = named.find((one) => modelLabel(one) === label);
      return newest?.origin === 'tuned' && newest.version > (own?.version ?? 0) ? modelLabel(newest) : label;
    },
    share: (label) => registry.activate(label),
  };
}
