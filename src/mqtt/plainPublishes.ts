import { Writable } from 'node:stream';

/** What a PUBLISH says that has no properties, named as mqtt.js names it. */
export interface PlainPublish {
  readonly topic: string;
  readonly payload: Buffer; // a view into a network buffer
  readonly qos: 0 | 1;
  readonly messageId: number | undefined; // at QoS 1
  readonly dup: boolean;
  readonly retain: boolean;
  readonly properties: undefined;
}

export interface PlainPublishesOptions {
  readonly protocolVersion: 4 | 5;
  readonly parser: Writable; // of mqtt.js
  /** Takes a message, or returns false and calls `goOn` when it has. */
  readonly take: (publish: PlainPublish, goOn: () => void) => boolean;
}

const connack = 2;
const publish = 3;

/** Longer packets are left to mqtt.js, which knows what to do with those that are too long. */
const longestBytes = 16_384;

/**
 * Stands between a connection and the parser of mqtt.js, which takes most of a reading's time outside the forecaster. PUBLISH packets at
 * QoS 0 and 1 without properties [MQTT-3.3], which nearly all are, are read here; all else goes to the parser as it came, and nothing behind it is
 * read before mqtt.js is done with it: messages keep their order. So do packets that are cut in two, malformed ones, and whatever comes before CONNACK.
 */
export class PlainPublishes extends Writable {
  readonly #options: PlainPublishesOptions;
  readonly #goOn = () => this.#read();
  #isAccepted = false; // CONNACK was seen
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0; // of the next packet in `#bytes`
  #end = 0; // of that packet
  #body = 0; // behind its fixed header
  #passing = 0; // bytes still to come of a packet that mqtt.js reads
  #rest: Buffer | undefined; // the fixed header of a packet, as far as it came
  #done: () => void = () => {};

  constructor(options: PlainPublishesOptions) {
    super();
    this.#options = options;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = undefined;
    this.#at = 0;
    this.#done = done;
    this.#read();
  }

  override _final(done: () => void): void {
    this.#options.parser.end(done);
  }

  #read(): void {
    const bytes = this.#bytes;
    const { take } = this.#options;
    let others = Math.min(this.#at + this.#passing, bytes.length); // up to here mqtt.js reads
    this.#passing -= others - this.#at;
    while (others < bytes.length && this.#locate(others)) {
      const plain = this.#plain(others);
      if (!plain) {
        this.#isAccepted ||= bytes[others] >>> 4 === connack;
        others = Math.min(this.#end, bytes.length);
        this.#passing = this.#end - others;
      } else if (others > this.#at) {
        break;
      } else {
        this.#at = others = this.#end;
        if (!take(plain, this.#goOn)) return;
      }
    }
    if (others > this.#at) {
      const from = this.#at;
      this.#at = others;
      this.#options.parser.write(bytes.subarray(from, others), this.#goOn);
      return;
    }
    if (others < bytes.length) this.#rest = Buffer.from(bytes.subarray(others));
    this.#bytes = Buffer.alloc(0);
    this.#done();
  }

  /** Finds where the packet at `at` ends; false when its fixed header is not whole. [MQTT-1.5.5] */
  #locate(at: number): boolean {
    let length = 0;
    for (let i = 0; i < 4; i++) {
      if (at + 1 + i >= this.#bytes.length) return false;
      const byte = this.#bytes[at + 1 + i];
      length += (byte & 127) * 128 ** i;
      if (byte < 128 || i === 3) {
        this.#body = at + 2 + i;
        break;
      }
    }
    this.#end = this.#body + length;
    return true;
  }

  #plain(at: number): PlainPublish | undefined {
    const bytes = this.#bytes;
    const [body, end] = [this.#body, this.#end];
    const flags = bytes[at];
    const qos = (flags >>> 1) & 3;
    if (flags >>> 4 !== publish || qos > 1 || !this.#isAccepted) return undefined;
    if (end > bytes.length || end - at > longestBytes || end - body < 6) return undefined;
    const topicEnd = body + 2 + ((bytes[body] << 8) | bytes[body + 1]);
    const idEnd = topicEnd + 2 * qos;
    const payload = this.#options.protocolVersion === 5 ? idEnd + 1 : idEnd;
    if (topicEnd === body + 2 || payload > end) return undefined;
    if (payload > idEnd && bytes[idEnd] !== 0) return undefined; // it has properties
    const messageId = qos === 1 ? (bytes[topicEnd] << 8) | bytes[topicEnd + 1] : undefined;
    if (messageId === 0) return undefined;
    return {
      topic: bytes.toString('utf8', body + 2, topicEnd),
      payload: bytes.subarray(payload, end),
      qos: qos === 1 ? 1 : 0,
      messageId,
      dup: (flags & 8) !== 0,
      retain: (flags & 1) !== 0,
      properties: undefined,
    };
  }
}
