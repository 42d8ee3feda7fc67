/** A place among the workers of a fleet, and the way to its queues. */
export interface AmqpSettings {
  readonly urls: readonly string[]; // amqp or amqps, without credentials: the nodes of one cluster
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string; // paths of PEM files
  readonly cert?: string;
  readonly key?: string;
  readonly group: string; // the fleet: names its exchanges and queues
  readonly partitions: number;
  readonly worker: number; // 0 … workers − 1
  readonly workers: number;
  readonly inFlight: number; // delivered and not yet acknowledged, were one worker to hold every partition
  readonly standbyMs: number;
}

/** Unacknowledged messages that the broker lets one partition have. */
export const prefetchOf = ({ inFlight, partitions }: Pick<AmqpSettings, 'inFlight' | 'partitions'>): number =>
  Math.max(1, Math.floor(inFlight / partitions));
