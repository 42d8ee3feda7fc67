import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The network between two ends, to be cut. */
export interface Cutter {
  readonly port: number;
  /** Ends every connection and refuses new ones until `mend`. */
  cut(): void;
  /** Every connection of this moment goes silent for ever, without an end: the far side has vanished. New ones work. */
  silence(): void;
  mend(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

export const startCutter = async (targetPort: number): Promise<Cutter> => {
  const pairs = new Set<Pair>();
  let cutOff = false;
  const server = createServer((near) => {
    near.on('error', () => {});
    if (cutOff) {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    far.on('error', () => {});
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ])
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const destroyAll = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  return {
    port: address.port,
    cut: () => {
      cutOff = true;
      destroyAll();
    },
    silence: () => {
      for (const { near, far } of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.pause();
        far.pause();
      }
    },
    mend: () => {
      cutOff = false;
    },
    close: async () => {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
};
