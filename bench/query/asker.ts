/* A process that asks a daemon over HTTP and says how long each answer took: what else a bench does stands in no answer's way here. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../src/series/random.js';
import { clockMs } from '../support/measurement.js';
import type { Asked, AskerOrder } from './startAsker.js';

const addresses = 4; // of loopback, for each kind of question: each may ask 600 times a minute
const random = new Random(1);

process.on('message', (order: AskerOrder) => void carryOut(order).then((done) => process.send!(done)));

/** Each kind of question at its own pace and on its own connections; a question waits for the answer to the one before. */
async function carryOut({ url, series, seconds, questions }: AskerOrder): Promise<Asked> {
  const until = clockMs() + seconds * 1000;
  const answers = await Promise.all(
    questions.map(async ({ path, perSecond }, kind) => {
      const sockets = await Promise.all(
        Array.from({ length: addresses }, (_, i) => open(new URL(url), `127.0.0.${2 + kind * addresses + i}`)),
      );
      const tookMs: number[] = [];
      let rows = 0;
      for (let dueMs = clockMs(); dueMs < until; dueMs = Math.max(clockMs(), dueMs + 1000 / perSecond)) {
        await delay(dueMs - clockMs());
        const name = `sensors/${String(Math.floor(random.uniform() * series)).padStart(5, '0')}`;
        const began = clockMs();
        const body = await ask(sockets[tookMs.length % addresses], path.replace('{series}', name));
        tookMs.push(clockMs() - began);
        rows = (JSON.parse(body) as unknown[]).length;
      }
      for (const socket of sockets) socket.end();
      return { tookMs, rows };
    }),
  );
  return { answers };
}

async function open({ hostname, port }: URL, localAddress: string): Promise<Socket> {
  const socket = connect({ host: hostname, port: Number(port), localAddress, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** The body of the answer. A bare socket, as cheap as can be: what is measured is the daemon. */
function ask(socket: Socket, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    let length = Number.POSITIVE_INFINITY; // known once the head is here
    const onData = (chunk: Buffer): void => {
      answer += chunk.toString('latin1');
      const body = answer.indexOf('\r\n\r\n') + 4;
      if (body > 3) length = body + Number(/^content-length: (\d+)/im.exec(answer)?.[1]);
      if (!(answer.length >= length)) return;
      socket.off('data', onData);
      if (answer.startsWith('HTTP/1.1 200')) resolve(answer.slice(body));
      else reject(new Error(`${path}: ${answer}`));
    };
    socket.on('data', onData);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  });
}
