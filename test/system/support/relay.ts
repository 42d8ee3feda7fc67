import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** One connection through the relay: `near` came to it, `far` goes on from it. */
export interface RelayPair {
  readonly near: Socket;
  readonly far: Socket;
}

/** The network between two ends: what passes is up to the one who has it. */
export interface Relay {
  readonly port: number;
  readonly pairs: ReadonlySet<RelayPair>;
  /** Ends every connection. */
  reset(): void;
  close(): Promise<void>;
}

/** `join` carries bytes between the ends of a new connection, unless it is not `accepted`. */
export const startRelay = async (
  targetPort: number,
  join: (pair: RelayPair) => void,
  accepted = (): boolean => true,
): Promise<Relay> => {
  const pairs = new Set<RelayPair>();
  const server = createServer((near) => {
    near.on('error', () => {});
    if (!accepted()) {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    far.on('error', () => {});
    const pair = { near, far };
    pairs.add(pair);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ])
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    join(pair);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const reset = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  return {
    port: address.port,
    pairs,
    reset,
    close: async () => {
      reset();
      server.close();
      await once(server, 'close');
    },
  };
};
