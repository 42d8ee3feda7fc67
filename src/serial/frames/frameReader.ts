import { cobsDecode } from './cobs.js';
import type { Message } from './messages.js';
import { type ReadFrame, readContent, type Side } from './readContent.js';

const longestEncoded = 255;

export type BadFrame = Exclude<ReadFrame, { readonly message: Message }>;

export interface FrameListener {
  message(message: Message): void;
  bad(frame: BadFrame): void;
}

/** Cuts what comes over a line into frames, however it is chopped up. What is bad costs no more than itself. */
export class FrameReader {
  readonly #receiver: Side;
  readonly #listener: FrameListener;
  readonly #frame = new Uint8Array(longestEncoded);
  #length = 0; // above `longestEncoded`: it is too long

  constructor(receiver: Side, listener: FrameListener) {
    this.#receiver = receiver;
    this.#listener = listener;
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === 0) this.#end();
      else if (this.#length < longestEncoded) this.#frame[this.#length++] = byte;
      else this.#length = longestEncoded + 1;
    }
  }

  #end(): void {
    const length = this.#length;
    this.#length = 0;
    if (length === 0) return;
    const read = length > longestEncoded ? bad('long') : this.#read(this.#frame.subarray(0, length));
    if ('message' in read) this.#listener.message(read.message);
    else this.#listener.bad(read);
  }

  #read(encoded: Uint8Array): ReadFrame {
    const content = cobsDecode(encoded);
    return content ? readContent(content, this.#receiver) : bad('cobs');
  }
}

const bad = (verdict: 'long' | 'cobs'): BadFrame => ({ verdict, type: 0, isEcho: false });
