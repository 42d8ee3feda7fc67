import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

const usualPort = 8080;

/** A port of the loopback interface that nobody has: the usual one, or any. */
export async function dashboardPort(wanted = usualPort): Promise<number> {
  const server = createServer();
  try {
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (wanted === 0) throw error;
    return await dashboardPort(0);
  } finally {
    server.close();
  }
}
