import { Duplex } from 'node:stream';
import { FrameReader } from '../../src/serial/frames/frameReader.js';
import type { DeviceHello, HostMessage, Message } from '../../src/serial/frames/messages.js';
import { writeFrame } from '../../src/serial/frames/writeFrame.js';

const plainHello: DeviceHello = {
  ...{
    name: 'HELLO',
    min: 1,
    max: 1,
    chosen: 1,
    flags: 0,
    nonce: 0,
    id: 'fake',
    firmware: '1',
    boot: 77,
    bootCount: 1,
  },
  ...{ resetReason: 1, cell: 0, slot: 255, slotState: 0, modelVersion: 0, modelSha256: '00'.repeat(32), slotBytes: 0 },
  ...{ stateBytes: 0, ringCapacity: 64, ringUsed: 0, channels: 1, maxPayload: 250 },
};

interface Held {
  readonly sequence: number;
  readonly ms: number;
  readonly value: number;
}

/**
 * A device that is as simple as the protocol lets it be: it sends what it holds when it is told to, and again whenever `resend` is called. The
 * device in C is the one that everything is tried with; this one stands still between the calls of a test.
 */
export class FakeDevice {
  readonly heard: HostMessage[] = [];
  hello: DeviceHello;
  line: Duplex | undefined;
  uptimeMs = 5_000;
  credit = 0;
  answersTime = true;
  held: Held[] = [];
  #next = 1;
  readonly #reader = new FrameReader('device', {
    message: (message) => this.#hear(message as HostMessage),
    bad: () => {},
  });

  constructor(hello: Partial<DeviceHello> = {}) {
    this.hello = { ...plainHello, ...hello };
  }

  /** Its end of a new line; the host's end is returned. */
  plugIn(): Duplex {
    const host: Duplex = new Duplex({
      read: () => {},
      write: (chunk, _, done) => {
        done();
        if (this.line === host) this.#reader.push(chunk);
      },
    });
    this.line = host;
    return host;
  }

  unplug(): void {
    const { line } = this;
    this.line = undefined;
    this.credit = 0;
    line?.destroy();
  }

  /** Another boot: what it held is gone. */
  restart(boot: number): void {
    this.hello = { ...this.hello, boot, nonce: 0 };
    this.held = [];
    this.#next = 1;
    this.credit = 0;
    this.send(this.hello);
  }

  send(message: Message): void {
    this.line?.push(writeFrame(message));
  }

  bytes(bytes: Uint8Array): void {
    this.line?.push(bytes);
  }

  /** Measures, and sends. */
  measure(...values: readonly number[]): void {
    for (const value of values) {
      this.uptimeMs += 1_000;
      this.held.push({ sequence: this.#next++, ms: this.uptimeMs, value });
      this.sendHeld(this.held.length - 1);
    }
  }

  /** Drops the oldest reading that it holds, as a full ring does. */
  dropOldest(): void {
    this.held.shift();
  }

  resend(): void {
    for (let i = 0; i < this.held.length; i++) this.sendHeld(i);
  }

  sendHeld(index: number): void {
    const { sequence, ms, value } = this.held[index];
    this.send({ name: 'READING', boot: this.hello.boot, sequence, held: index, channel: 0, flags: 0, ms, value });
  }

  named<N extends HostMessage['name']>(name: N): Extract<HostMessage, { name: N }>[] {
    return this.heard.filter((message): message is Extract<HostMessage, { name: N }> => message.name === name);
  }

  #hear(message: HostMessage): void {
    this.heard.push(message);
    if (message.name === 'HOST_HELLO') {
      this.hello = { ...this.hello, nonce: message.nonce };
      this.send(this.hello);
      this.send({ name: 'CHANNEL', channel: 0, stepMs: 1_000, label: 'temperature', unit: '°C' });
    } else if (message.name === 'TIME_GET' && this.answersTime) {
      this.send({ name: 'TIME', id: message.id, receivedMs: this.uptimeMs, sentMs: this.uptimeMs });
    } else if (message.name === 'ACK' && message.boot === this.hello.boot) {
      this.credit = message.credit;
      this.held = this.held.filter(({ sequence }) => sequence >= message.committed);
    }
  }
}
