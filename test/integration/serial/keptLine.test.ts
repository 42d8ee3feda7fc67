import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { KeptLine, type OpenLine } from '../../../src/serial/keptLine.js';
import { type LineAddress, openLine } from '../../../src/serial/line.js';

let server: Server | undefined;
let line: KeptLine | undefined;
afterEach(async () => {
  await line?.stop();
  server?.close();
});

const listen = async (onSocket: (socket: Socket) => void, port = 0): Promise<number> => {
  server = createServer(onSocket).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
};

it.each([
  ['there is no such device', { port: '/dev/ttyStepcastNone', baud: 9_600 }],
  ['it is no serial port', { port: '/dev/null', baud: 9_600 }],
  ['nothing listens there', { tcp: { host: '127.0.0.1', port: 1 } }],
] satisfies [string, LineAddress][])('a line that cannot be opened says why: %s', async (message, address) => {
  await expect(openLine(address)).rejects.toMatchObject({ code: 'LINE_UNAVAILABLE', message });
});

it('a line is opened again whenever it is gone, and each problem told once', async () => {
  const problems: string[] = [];
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const port = await listen(() => {});
  server!.close(); // nobody is there yet
  let closes = 0;
  let opened: OpenLine | undefined;
  const waiting: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve));
  const tell = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  line = new KeptLine({
    address: { tcp: { host: '127.0.0.1', port } },
    onProblem: ({ message }) => {
      problems.push(message);
      tell();
    },
    onOpen: (line) => {
      opened = line;
      return {
        bytes: (chunk) => {
          heard.push(Buffer.from(chunk).toString());
          tell();
        },
        closed: () => {
          closes++;
          tell();
        },
      };
    },
  });
  const problem = next();
  line.start();
  await problem;
  const first = next();
  await listen((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(`hello ${sockets.length}`);
  }, port);
  await first;
  const gone = next();
  sockets[0].destroy();
  await gone;
  await next();
  const dropped = next();
  opened!.drop();
  await dropped;
  await next();
  expect({ heard, closes, problems }).toEqual({
    ...{ heard: ['hello 1', 'hello 2', 'hello 3'], closes: 2 },
    problems: ['nothing listens there'],
  });
});
