import type { Socket } from 'node:net';
import { startRelay } from '../../support/relay.js';

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
  const waiting = new Map<Socket, Buffer[]>(); // by the end that it is for
  let left = Number.POSITIVE_INFINITY;
  const flow = () => {
    for (const [near, queue] of waiting) {
      while (queue.length > 0 && left > 0) {
        const bytes = queue.shift()!;
        const now = bytes.subarray(0, Math.min(bytes.length, left));
        left -= now.length;
        near.write(now);
        if (now.length < bytes.length) queue.unshift(bytes.subarray(now.length));
      }
    }
  };
  const relay = await startRelay(targetPort, ({ near, far }) => {
    const queue: Buffer[] = [];
    waiting.set(near, queue);
    near.on('close', () => waiting.delete(near));
    near.pipe(far);
    far.on('data', (bytes) => {
      queue.push(bytes);
      flow();
    });
  });
  return {
    port: relay.port,
    allow: (bytes) => {
      left = bytes;
      flow();
    },
    get starved() {
      return left === 0 && [...waiting.values()].some((queue) => queue.length > 0);
    },
    cut: () => {
      relay.reset();
      waiting.clear();
    },
    close: relay.close,
  };
};
