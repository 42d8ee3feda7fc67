import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Ports of the loopback interface that nobody listens on, all different. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers: Server[] = [];
  for (let i = 0; i < count; i++) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
};
