import type { Socket } from 'node:net';
import { problemType, Refusal, toProblem } from './problem.js';

const refusals: Readonly<Record<string, () => Refusal>> = {
  HPE_HEADER_OVERFLOW: () => new Refusal(431, 'BAD_REQUEST', 'address and headers together may have 16 kB'),
  ERR_HTTP_REQUEST_TIMEOUT: () => new Refusal(408, 'BAD_REQUEST', 'the request did not come to its end in time'),
};

/** Answers what is no HTTP request, on its bare socket, and closes it. */
export function answerUnreadable({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal =
    refusals[code]?.() ?? new Refusal(400, 'BAD_REQUEST', 'this is no HTTP request that is understood here');
  const body = JSON.stringify(toProblem(refusal));
  const head = `HTTP/1.1 ${refusal.status} Refused\r\nContent-Type: ${problemType}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}
