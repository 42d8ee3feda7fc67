import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The network between a node and its broker, which lets through as much as the test allows, and can be cut. */
export interface MeteredLink {
  readonly port: number;
  /** So many bytes more reach the node; what comes behind them waits. */
  allow(bytes: number): void;
  /** Something waits, and nothing more is allowed. */
  readonly starved: boolean;
  /** Ends every connection; new ones work. */
  cut(): void;
  close(): Promise<void>;
}

export const startMeteredLink = async (targetPort: number): Promise<MeteredLink> => {
  const pairs = new Set<{ near: Socket; far: Socket; waiting: Buffer[] }>();
  let left = Number.POSITIVE_INFINITY;
  const flow = () => {
    for (const { near, waiting } of pairs) {
      while (waiting.length > 0 && left > 0) {
        const bytes = waiting.shift()!;
        const now = bytes.subarray(0, Math.min(bytes.length, left));
        left -= now.length;
        near.write(now);
        if (now.length < bytes.length) waiting.unshift(bytes.subarray(now.length));
      }
    }
  };
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    const pair = { near, far, waiting: [] as Buffer[] };
    pairs.add(pair);
    near.pipe(far);
    far.on('data', (bytes) => {
      pair.waiting.push(bytes);
      flow();
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.on('error', () => {});
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    pairs.clear();
  };
  return {
    port: address.port,
    allow: (bytes) => {
      left = bytes;
      flow();
    },
    get starved() {
      return left === 0 && [...pairs].some(({ waiting }) => waiting.length > 0);
    },
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
