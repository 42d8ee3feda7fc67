import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { crc32 } from '../../../../src/firmware/crc32.js';
import { FrameReader } from '../../../../src/serial/frames/frameReader.js';
import type { DeviceHello, DeviceMessage, HostMessage } from '../../../../src/serial/frames/messages.js';
import { writeFrame } from '../../../../src/serial/frames/writeFrame.js';
import { eventually } from '../../crash/support/eventually.js';

type Named<N extends DeviceMessage['name']> = Extract<DeviceMessage, { name: N }>;

const chunkBytes = 242;
const tries = 5;

/**
 * A host that a device connects to, message by message as a test wants it: it acknowledges what comes, and nothing else
 * happens by itself.
 */
export class TestHost {
  readonly readings: Named<'READING'>[] = [];
  readonly forecasts: Named<'FORECAST'>[] = [];
  #answers: DeviceMessage[] = [];
  #socket: Socket | undefined;
  #hello: DeviceHello | undefined;
  #nonce = 0;
  readonly #server = createServer({ noDelay: true }, (socket) => this.#adopt(socket));

  static async open(): Promise<TestHost> {
    const host = new TestHost();
    host.#server.listen(0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  send(message: HostMessage): void {
    this.#socket?.write(writeFrame(message));
  }

  /** Joins the device that connects, or joins it anew. */
  async join(): Promise<DeviceHello> {
    const nonce = ++this.#nonce;
    this.#hello = undefined;
    await eventually('a device connects', () => this.#socket !== undefined);
    const hello: HostMessage = { name: 'HOST_HELLO', min: 1, max: 1, flags: 0, maxPayload: 250, nonce, node: 'test' };
    const found = await this.#ask('HELLO', hello, (answer) => answer.nonce === nonce);
    this.#hello = found;
    this.#acknowledge(1);
    return found;
  }

  /** Sends until an answer comes that will do. */
  async #ask<N extends DeviceMessage['name']>(
    name: N,
    message: HostMessage,
    willDo: (answer: Named<N>) => boolean,
  ): Promise<Named<N>> {
    for (let i = 0; ; i++) {
      this.#answers = [];
      this.send(message);
      const found = () => this.#answers.find((one) => one.name === name && willDo(one as Named<N>));
      try {
        await eventually(`an answer to ${message.name}`, () => this.#isGone() || found() !== undefined, 5_000);
      } catch (error) {
        if (i === tries) throw error;
        continue;
      }
      if (!found()) throw new Error('the device is gone');
      return found() as Named<N>;
    }
  }

  #isGone(): boolean {
    return this.#socket === undefined;
  }

  #acknowledge(next: number): void {
    const { boot } = this.#hello!;
    this.send({ name: 'ACK', boot, committed: next, received: next, credit: 256 });
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    const reader = new FrameReader('host', {
      message: (message) => this.#hear(message as DeviceMessage),
      bad: () => {},
    });
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
  }

  #hear(message: DeviceMessage): void {
    if (message.name === 'READING' && this.#hello) {
      this.readings.push(message);
      this.#acknowledge(message.sequence + 1);
    } else if (message.name === 'FORECAST') this.forecasts.push(message);
    else this.#answers.push(message);
  }

  tellTime(epochMs: number): void {
    this.send({ name: 'TIME_SET', boot: this.#hello!.boot, deviceMs: 0, epochMs, uncertaintyMs: 5 });
  }

  model(message: HostMessage): Promise<Named<'MODEL'>> {
    const { transfer } = message as { transfer: number };
    return this.#ask('MODEL', message, (answer) => answer.transfer === transfer);
  }

  /** Pushes a blob up to its trial; `chunkDone` is told of each chunk that was answered, and of END and COMMIT. */
  async push(
    blob: Uint8Array,
    version: number,
    transfer: number,
    chunkDone = async (_step: number) => {},
  ): Promise<number> {
    const sha256 = createHash('sha256').update(blob).digest('hex');
    let step = 0;
    const begin = { name: 'MODEL_BEGIN' as const, transfer, version, size: blob.length, crc32: crc32(blob), sha256 };
    let answer = await this.model(begin);
    while (answer.status === 0 && answer.offset < blob.length) {
      await chunkDone(step++);
      const data = blob.slice(answer.offset, answer.offset + chunkBytes);
      answer = await this.model({ name: 'MODEL_CHUNK', transfer, offset: answer.offset, data });
    }
    await chunkDone(step++);
    if (answer.status === 0) answer = await this.model({ name: 'MODEL_END', transfer });
    await chunkDone(step++);
    if (answer.status === 1) answer = await this.model({ name: 'MODEL_COMMIT', transfer });
    return answer.status;
  }

  async state(channel: number): Promise<Named<'STATE'>> {
    return this.#ask('STATE', { name: 'STATE_GET', channel, offset: 0 }, (answer) => answer.channel === channel);
  }

  async setState(state: Named<'STATE'>): Promise<number> {
    const answer = await this.#ask(
      'STATE_STATUS',
      { ...state, name: 'STATE_SET' },
      ({ channel }) => channel === state.channel,
    );
    return answer.status;
  }
}
