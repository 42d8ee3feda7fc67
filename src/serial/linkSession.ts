import { type BadFrame, FrameReader } from './frames/frameReader.js';
import {
  type DeviceHello,
  type DeviceMessage,
  type HostMessage,
  nakCode,
  type ReadingMessage,
  type TimeMessage,
} from './frames/messages.js';
import { protocolVersion, writeFrame } from './frames/writeFrame.js';
import type { OpenLine } from './keptLine.js';
import type { KnownDevice, TakenReading } from './knownDevice.js';
import { TimeExchange } from './timeExchange.js';

const helloEveryMs = 1_000;
const helloSoonMs = 100;
const noVersionMs = 30_000;
const silentMs = 5_000;
const ackEveryMs = 1_000;
const ackSoonMs = 10;
const nakAgainMs = 200;
const credit = 4_096;
const maxPayload = 250;

/** Around a session: who is at its end, and where its readings go. */
export interface SessionOwner {
  readonly node: string; // as the protocol has names
  nowMs(): number;
  elapsedMs(): number;
  random(): number;
  /** Whether readings are taken by now. */
  readonly isTaking: boolean;
  /** A device has joined by this line; whatever line it was on before, it is here now. */
  joined(session: LinkSession, hello: DeviceHello): KnownDevice;
  left(session: LinkSession, device: KnownDevice): void;
  taken(device: KnownDevice, readings: readonly TakenReading[]): void;
  /** Makes the clock of a device durable. */
  keepClock(device: KnownDevice): Promise<void>;
  heard(session: LinkSession, device: KnownDevice, message: DeviceMessage): void;
  problem(message: string): void;
}

/** The host's side of one line, from the moment it is open: sections 4 to 6 of the protocol. `tick` is called some ten times a second. */
export class LinkSession {
  readonly #line: OpenLine;
  readonly #owner: SessionOwner;
  readonly #reader = new FrameReader('host', {
    message: (message) => this.#hear(message as DeviceMessage),
    bad: (frame) => this.#refuse(frame),
  });
  #nonce = 0;
  #device: KnownDevice | undefined; // joined
  #helloMs = Number.NEGATIVE_INFINITY;
  #hasNoVersion = false;
  #goodMs = 0; // the last good frame
  #ackMs = Number.NEGATIVE_INFINITY;
  #ackTimer: NodeJS.Timeout | undefined;
  #acked = { committed: 0, received: 0, credit: 0 };
  #nakMs = Number.NEGATIVE_INFINITY;
  #nakked = 0; // the sequence that was asked for
  #time: TimeExchange;
  #keeping = false;
  #taken: TakenReading[] = [];

  constructor(line: OpenLine, owner: SessionOwner) {
    this.#line = line;
    this.#owner = owner;
    this.#time = new TimeExchange(() => owner.nowMs());
    this.#call();
  }

  get device(): KnownDevice | undefined {
    return this.#device;
  }

  /** Little waits to be sent: there is room for what can be left out. */
  get isIdle(): boolean {
    return this.#line.pendingBytes() === 0;
  }

  send(message: HostMessage): void {
    this.#line.write(writeFrame(message));
  }

  bytes(chunk: Uint8Array): void {
    this.#reader.push(chunk);
    this.#handOver();
    this.acknowledge();
  }

  tick(): void {
    const nowMs = this.#owner.elapsedMs();
    const device = this.#device;
    if (!device) {
      if (nowMs - this.#helloMs >= (this.#hasNoVersion ? noVersionMs : helloEveryMs)) this.#sayHello();
      return;
    }
    if (nowMs - this.#goodMs >= silentMs) {
      this.#call();
      return;
    }
    if (device.clock.isSet && !device.isClockKept) this.#keepClock(device);
    const id = this.#time.due();
    if (id !== undefined) this.send({ name: 'TIME_GET', id });
    if (nowMs - this.#ackMs >= ackEveryMs) this.#sendAck();
  }

  /** Says what has arrived and what is safe, when either has moved. */
  acknowledge(): void {
    const device = this.#device;
    if (!device || this.#ackTimer) return;
    const { committed, received, credit: given } = this.#acked;
    if (device.committed === committed && device.received === received && this.#credit === given) return;
    const waitMs = ackSoonMs - (this.#owner.elapsedMs() - this.#ackMs);
    if (waitMs <= 0) this.#sendAck();
    else {
      this.#ackTimer = setTimeout(() => {
        this.#ackTimer = undefined;
        if (this.#device) this.#sendAck();
      }, waitMs);
    }
  }

  /** The line is gone, or the device is on another one. */
  end(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#handOver();
    const device = this.#device;
    this.#device = undefined;
    if (device) this.#owner.left(this, device);
  }

  #handOver(): void {
    const readings = this.#taken;
    if (readings.length === 0) return;
    this.#taken = [];
    this.#owner.taken(this.#device!, readings);
  }

  /** Begins a new session. */
  #call(): void {
    this.end();
    this.#nonce = 1 + Math.floor(this.#owner.random() * 0xffff_fffe);
    this.#sayHello();
  }

  #sayHello(): void {
    this.#helloMs = this.#owner.elapsedMs();
    this.#line.write(Uint8Array.of(0)); // ends whatever noise came before
    const versions = { min: protocolVersion, max: protocolVersion };
    this.send({ name: 'HOST_HELLO', ...versions, flags: 0, maxPayload, nonce: this.#nonce, node: this.#owner.node });
  }

  #hear(message: DeviceMessage): void {
    this.#goodMs = this.#owner.elapsedMs();
    if (message.name === 'HELLO') this.#greet(message);
    else if (this.#device) this.#handle(this.#device, message);
  }

  #greet(hello: DeviceHello): void {
    if (hello.nonce !== this.#nonce) {
      if (this.#device) this.#call();
      else if (this.#owner.elapsedMs() - this.#helloMs >= helloSoonMs) this.#sayHello();
    } else if (hello.chosen !== protocolVersion) {
      if (!this.#hasNoVersion) {
        const theirs = `${hello.min} to ${hello.max}`;
        this.#owner.problem(`${hello.id} speaks versions ${theirs} of the protocol, this program ${protocolVersion}`);
      }
      this.#hasNoVersion = true;
    } else if (this.#device?.hello.boot !== hello.boot) this.#join(hello);
    else this.#device.greet(hello, []);
  }

  #join(hello: DeviceHello): void {
    this.#hasNoVersion = false;
    this.end();
    this.#device = this.#owner.joined(this, hello);
    this.#time = new TimeExchange(() => this.#owner.nowMs());
    this.#nakked = 0;
    this.#sendAck();
    this.tick();
  }

  #handle(device: KnownDevice, message: DeviceMessage): void {
    if (message.name === 'CHANNEL') device.channels.set(message.channel, message);
    else if (message.name === 'READING') this.#read(device, message);
    else if (message.name === 'TIME') this.#tell(device, message);
    else if (message.name === 'STATS') device.stats = message;
    else if (message.name === 'NAK') device.counts.naks++;
    this.#owner.heard(this, device, message);
  }

  #read(device: KnownDevice, message: ReadingMessage): void {
    if (this.#credit === 0) return; // it will be sent again
    const reception = device.receive(message, (reading) => this.#taken.push(reading));
    if (reception === 'gap') this.#nak(nakCode.gap, device.received);
    else if (reception === 'unknown channel') this.#nak(nakCode.channel, message.channel);
    else if (reception === 'other boot') {
      this.#nak(nakCode.boot, device.hello.boot);
      this.#call();
    }
  }

  /** The same is asked for again after a while, and no sooner. */
  #nak(code: number, detail: number): void {
    const nowMs = this.#owner.elapsedMs();
    const what = code * 2 ** 32 + detail;
    if (what === this.#nakked && nowMs - this.#nakMs < nakAgainMs) return;
    this.#nakked = what;
    this.#nakMs = nowMs;
    this.send({ name: 'HOST_NAK', code, type: 3, detail });
  }

  #tell(device: KnownDevice, message: TimeMessage): void {
    const sample = this.#time.hear(message);
    const next = this.#time.due();
    if (next !== undefined) this.send({ name: 'TIME_GET', id: next });
    if (!sample) return;
    if (device.clock.hear(sample)) {
      device.isClockKept = false;
      this.#keepClock(device);
    }
    const { deviceMs } = sample;
    const uncertaintyMs = Math.ceil(device.clock.uncertaintyMs);
    this.send({
      name: 'TIME_SET',
      boot: device.hello.boot,
      deviceMs,
      epochMs: device.clock.at(deviceMs),
      uncertaintyMs,
    });
  }

  /** A new piece of a clock is in use once it is on disk: until then no reading is taken. */
  #keepClock(device: KnownDevice): void {
    if (this.#keeping) return;
    this.#keeping = true;
    const { boot } = device.hello;
    const done = (): void => {
      this.#keeping = false;
      if (device.hello.boot === boot) device.isClockKept = true;
      this.acknowledge();
    };
    this.#owner.keepClock(device).then(done, (error) => {
      this.#keeping = false; // `tick` tries again
      this.#owner.problem(`the clock of ${device.id} cannot be kept: ${(error as Error).message}`);
    });
  }

  /** Readings are taken once they have a time that is kept. */
  get #credit(): number {
    return this.#owner.isTaking && this.#device?.clock.isSet && this.#device.isClockKept ? credit : 0;
  }

  #sendAck(): void {
    const device = this.#device!;
    const { committed, received } = device;
    this.#ackMs = this.#owner.elapsedMs();
    this.#acked = { committed, received, credit: this.#credit };
    this.send({ name: 'ACK', boot: device.hello.boot, ...this.#acked });
  }

  #refuse({ verdict, type, isEcho }: BadFrame): void {
    const counts = this.#device?.counts.badFrames;
    if (counts) counts[verdict] = (counts[verdict] ?? 0) + 1;
    const code = verdict in nakCode && !isEcho ? nakCode[verdict as keyof typeof nakCode] : undefined;
    if (code !== undefined && this.#device) this.send({ name: 'HOST_NAK', code, type, detail: 0 });
  }
}
