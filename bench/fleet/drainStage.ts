import type { Worker } from './worker.js';

/** A broker, a store and the daemons between them; all on this machine, gone afterwards. */
export interface DrainStage {
  readonly workers: readonly Worker[];
  /** Publishes the next `count` readings of every series, and waits until the broker has them. */
  publish(count: number): Promise<void>;
  /** Once all that was published is stored. */
  stored(): Promise<void>;
  /** What the servers have used and hold by now. */
  servers(): Promise<Servers>;
}

export interface Servers {
  readonly brokerMs: number; // of CPU
  readonly postgresMs: number;
  readonly bytes: number; // of the database
}

export const longestMs = 600_000; // of any wait
