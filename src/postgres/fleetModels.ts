import type { NamedRecords, PostgresLedger } from './postgresLedger.js';
import { Session } from './session.js';

/** What the workers of one database have in common of models, beside the ledger. */
export interface FleetModels {
  readonly pushes: NamedRecords;
  /** From now on `onChange` is called when others changed something, once it is read. */
  listen(onChange: () => void): void;
  /** Whether this worker has the lock of a name now. One worker at a time has it; who dies or loses the connection lets go. */
  tryLock(name: string, onLost: () => void): Promise<boolean>;
  unlock(name: string): Promise<void>;
  stop(): Promise<void>;
}

export function fleetModels(url: string, ledger: PostgresLedger): FleetModels {
  let tell = (): void => {};
  let looking = false;
  let again = false;
  const look = async (): Promise<void> => {
    if (looking) return void (again = true);
    looking = true;
    do {
      again = false;
      try {
        if (await ledger.refresh()) tell();
      } catch {
        // the store is being closed
      }
    } while (again);
    looking = false;
  };
  const session = new Session({ url, onLook: () => void look() });
  return {
    pushes: ledger.pushes,
    listen: (onChange) => {
      tell = onChange;
      session.start();
    },
    tryLock: (name, onLost) => session.tryLock(name, onLost),
    unlock: (name) => session.unlock(name),
    stop: () => session.stop(),
  };
}
