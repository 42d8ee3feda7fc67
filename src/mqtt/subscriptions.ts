import type { BrokerMessage, MessageListener } from './brokerMessage.js';

export interface Subscriptions {
  /** Listeners are asked in the order they came; filters are asked for at the next `ask`. */
  add(filters: readonly string[], listener: MessageListener): void;
  /** Gives the message to the first listener that takes it; false when none does. */
  deliver(message: BrokerMessage): boolean;
  /** The broker's session is a new one: it has none of the filters. */
  forget(): void;
  /**
   * Asks for all filters, or for those alone that the session does not have. On a new connection the answer is told however it is,
   * later only when it changed.
   */
  ask(which: 'all' | 'missing', connected: 'anew' | 'before'): void;
  /** Until the next `ask`. */
  pause(): void;
}

export interface SubscriptionsOptions {
  /** Sends SUBSCRIBE. `answered` gets a code for each filter, or is never called when the connection ends first. */
  readonly subscribe: (filters: readonly string[], answered: (codes: readonly number[]) => void) => void;
  readonly told: (granted: number, refused: readonly string[]) => void;
  readonly askAgainMs: number; // for filters that were refused: rights may change while we are connected
}

/** What is asked of the broker, what it granted in this session, and what it refused: that is asked for again. */
export const createSubscriptions = ({ subscribe, told, askAgainMs }: SubscriptionsOptions): Subscriptions => {
  const listeners: MessageListener[] = [];
  const filters = new Set<string>();
  const granted = new Set<string>();
  let refused: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const tell = (force: boolean) => {
    const missing = [...filters].filter((filter) => !granted.has(filter));
    const changed = missing.join('\0') !== refused.join('\0');
    refused = missing;
    if (force || changed) told(granted.size, refused);
  };

  const ask: Subscriptions['ask'] = (which, connected) => {
    clearTimeout(timer);
    const asked = [...filters].filter((filter) => which === 'all' || !granted.has(filter));
    if (asked.length === 0) {
      if (filters.size > 0) tell(connected === 'anew');
      return;
    }
    subscribe(asked, (codes) => {
      for (const [index, filter] of asked.entries()) {
        if ((codes[index] ?? 128) < 128) granted.add(filter);
        else granted.delete(filter);
      }
      tell(connected === 'anew');
      clearTimeout(timer);
      if (refused.length === 0) return;
      timer = setTimeout(() => ask('missing', 'before'), askAgainMs);
      timer.unref();
    });
  };

  return {
    add: (more, listener) => {
      if (!listeners.includes(listener)) listeners.push(listener);
      for (const filter of more) filters.add(filter);
    },
    deliver: (message) => listeners.some((listener) => listener(message)),
    forget: () => granted.clear(),
    ask,
    pause: () => clearTimeout(timer),
  };
};
