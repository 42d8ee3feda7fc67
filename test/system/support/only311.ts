import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a broker that hangs up on MQTT 5, as brokers do that know 3.1.1 alone. */
export const startOnly311 = async (targetPort: number) => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {}).on('close', () => sockets.delete(near));
    near.once('data', (bytes) => {
      const name = bytes.indexOf('MQTT');
      if (bytes[name + 4] === 5) {
        near.destroy();
        return;
      }
      const far = connect(targetPort, '127.0.0.1');
      far.on('error', () => {}).on('close', () => near.destroy());
      near.on('close', () => far.destroy());
      far.write(bytes);
      near.pipe(far).pipe(near);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
};
