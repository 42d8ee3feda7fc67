import type { BrokerMessage, MessageListener } from './brokerMessage.js';

const perPacket = 8; // AWS IoT takes no more topic filters in one SUBSCRIBE

export interface Watches {
  /** Until the returned function is called. Refused filters are told, and asked for again at the next connection. */
  add(
    filters: readonly string[],
    listener: MessageListener,
    refused?: (filters: readonly string[]) => void,
  ): () => void;
  deliver(message: BrokerMessage): boolean;
  /** A new connection: asks for everything again, retained messages included. */
  ask(): void;
}

interface WatchesOptions {
  /** Sends SUBSCRIBE, for retained messages too. `answered` gets a code for each filter, or is never called when the connection ends first. */
  readonly subscribe: (filters: readonly string[], answered: (codes: readonly number[]) => void) => void;
  readonly unsubscribe: (filters: readonly string[]) => void;
  readonly isUp: () => boolean;
}

/** Filters that the daemon can do without: a broker that refuses them says nothing of its readings. */
export const createWatches = ({ subscribe, unsubscribe, isUp }: WatchesOptions): Watches => {
  const watches = new Set<{
    filters: readonly string[];
    listener: MessageListener;
    refused: (f: readonly string[]) => void;
  }>();

  const ask = (filters: readonly string[], refused: (filters: readonly string[]) => void): void => {
    for (let from = 0; from < filters.length; from += perPacket) {
      const asked = filters.slice(from, from + perPacket);
      subscribe(asked, (codes) => {
        const denied = asked.filter((_, i) => (codes[i] ?? 128) >= 128);
        if (denied.length > 0) refused(denied);
      });
    }
  };

  return {
    add: (filters, listener, refused = () => {}) => {
      const watch = { filters, listener, refused };
      watches.add(watch);
      if (isUp()) ask(filters, refused);
      return () => {
        if (watches.delete(watch) && isUp()) unsubscribe(filters);
      };
    },
    deliver: (message) => [...watches].some(({ listener }) => listener(message)),
    ask: () => {
      for (const { filters, refused } of watches) ask(filters, refused);
    },
  };
};
