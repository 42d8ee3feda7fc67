export interface Outbox<T> {
  /** Keeps `item` as the latest of `key`; over the limit the oldest of all goes. */
  put(key: string, item: T): void;
  /** Offers what is kept, oldest first, and forgets what `send` accepts; stops at the first refusal. */
  flush(send: (item: T, key: string) => boolean): void;
  has(key: string): boolean;
  readonly size: number;
  readonly replaced: number; // by a newer one of the same key
  readonly dropped: number; // for want of room
}

/** What could not be sent, bounded: the latest of each key wins. */
export const createOutbox = <T>(limit: number): Outbox<T> => {
  if (!Number.isInteger(limit) || limit < 1)
    throw new RangeError(`createOutbox: limit must be at least 1, got ${limit}`);
  const kept = new Map<string, T>();
  let replaced = 0;
  let dropped = 0;
  return {
    put: (key, item) => {
      if (kept.delete(key)) replaced++;
      else if (kept.size >= limit) {
        kept.delete(kept.keys().next().value as string);
        dropped++;
      }
      kept.set(key, item);
    },
    flush: (send) => {
      for (const [key, item] of kept) {
        if (!send(item, key)) return;
        kept.delete(key);
      }
    },
    has: (key) => kept.has(key),
    get size() {
      return kept.size;
    },
    get replaced() {
      return replaced;
    },
    get dropped() {
      return dropped;
    },
  };
};
