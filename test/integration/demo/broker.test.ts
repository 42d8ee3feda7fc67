import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { type DemoBroker, startBroker } from '../../../src/demo/broker.js';

const usualPort = 1883;

/** Has a loopback port, unless somebody else has it already, while `body` runs. */
const whileTaken = async (port: number, body: (port: number) => Promise<void>): Promise<void> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => expect(error.code).toBe('EADDRINUSE'));
  try {
    await body(server.listening ? (server.address() as AddressInfo).port : port);
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
};

const freePort = async (): Promise<number> => {
  let free = 0;
  await whileTaken(0, async (port) => void (free = port));
  return free;
};

const accepts = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  try {
    return await once(socket, 'connect').then(
      () => true,
      () => false,
    );
  } finally {
    socket.destroy();
  }
};

describe('startBroker', () => {
  it('carries a message from one client to another on the port it was given', async () => {
    const port = await freePort();
    const broker = await startBroker(port);
    const clients = await Promise.all([connectAsync(broker.url), connectAsync(broker.url)]);
    await clients[0].subscribeAsync('sensors/#', { qos: 1 });
    const heard = new Promise<unknown[]>((resolve) => clients[0].once('message', (...message) => resolve(message)));
    await clients[1].publishAsync('sensors/a', '21.5', { qos: 1 });
    const [topic, payload] = await heard;
    expect([broker.port, topic, String(payload)]).toEqual([port, 'sensors/a', '21.5']);
    await Promise.all(clients.map((client) => client.endAsync()));
    await broker.close();
  });

  it('takes any free port when none was asked for and another broker has the usual one', async () => {
    await whileTaken(usualPort, async () => {
      const broker = await startBroker();
      expect(broker.port).not.toBe(usualPort);
      expect(await accepts(broker.port)).toBe(true);
      await broker.close();
    });
  });

  it('says so when the port that was asked for is taken', async () => {
    await whileTaken(0, async (port) => {
      const failure = startBroker(port);
      await expect(failure).rejects.toMatchObject({ code: 'PORT_TAKEN', subject: `127.0.0.1:${port}` });
      await expect(failure).rejects.toThrow('another program has that port');
    });
  });

  it('gives its port back when it is closed, clients or no clients', async () => {
    const broker: DemoBroker = await startBroker(await freePort());
    const client = await connectAsync(broker.url, { reconnectPeriod: 0 });
    const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await broker.close();
    await gone;
    expect(await accepts(broker.port)).toBe(false);
    await client.endAsync(true);
  });
});
