import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { StepcastError } from '../errors.js';

export interface DemoBroker {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

const usualPort = 1883;

/**
 * An MQTT broker inside this process, on the loopback interface only: on `port`, or, without one, on the usual port or any free one.
 *
 * @throws {StepcastError} PORT_TAKEN
 */
export async function startBroker(port?: number): Promise<DemoBroker> {
  const { Aedes } = await import('aedes');
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    aedes.handle(socket);
  });
  const listen = async (wanted: number): Promise<void> => {
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
  };
  try {
    await listen(port ?? usualPort).catch((error: NodeJS.ErrnoException) => {
      if (port !== undefined || !isRefusal(error)) throw error;
      return listen(0);
    });
  } catch (cause) {
    await closed(aedes);
    throw isRefusal(cause as NodeJS.ErrnoException) ? portTaken(port, cause) : cause;
  }
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `mqtt://127.0.0.1:${bound}`,
    close: async () => {
      const ended = new Promise((resolve) => server.close(resolve));
      await closed(aedes);
      for (const socket of sockets) socket.destroy();
      await ended;
    },
  };
}

const isRefusal = ({ code }: NodeJS.ErrnoException): boolean => code === 'EADDRINUSE' || code === 'EACCES';

const closed = (aedes: { close(done: () => void): void }): Promise<void> =>
  new Promise((resolve) => aedes.close(resolve));

const portTaken = (port: number | undefined, cause: unknown): StepcastError =>
  new StepcastError({
    code: 'PORT_TAKEN',
    op: 'start broker',
    subject: `127.0.0.1:${port ?? usualPort}`,
    message:
      (cause as NodeJS.ErrnoException).code === 'EACCES'
        ? 'this user may not use that port'
        : 'another program has that port',
    hint: 'choose another port, or none for any free one',
    cause,
  });
