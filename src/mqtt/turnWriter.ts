import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const slabBytes = 131_072; // the longest topic name fits

/** Not copied into the slab. */
const isLarge = (count: number): boolean => count > slabBytes / 8;

export interface TurnWriter {
  /**
   * Room for `count` bytes at `offset` of `buffer`, to be filled before anything else happens. `following` bytes of the same packet
   * are appended next: what others write to the stream in this turn then never comes between the two.
   */
  take(count: number, following?: number): { readonly buffer: Buffer; readonly offset: number };
  /** Appends bytes; large ones are not copied, so they must not change afterwards. */
  append(bytes: Uint8Array): void;
  /** Bytes taken and not yet accepted by the operating system. */
  readonly bufferedBytes: number;
  flush(): void;
}

/**
 * Gathers everything written in one turn of the event loop into few large writes: small packets would otherwise cost a dozen
 * stream writes each. Turns end with the microtasks, so nothing waits on a timer. `written` is called whenever bytes have left.
 */
export const createTurnWriter = (stream: Duplex, written: () => void): TurnWriter => {
  (stream as Partial<Pick<Socket, 'setNoDelay'>>).setNoDelay?.(true); // else the forecast waits for the broker's ACK of the one before
  let slab = Buffer.allocUnsafeSlow(slabBytes);
  let start = 0; // of what is not yet handed to the stream
  let end = 0;
  let scheduled = false;
  const place = { buffer: slab, offset: 0 };

  const write = (bytes: Uint8Array) => {
    if (!stream.destroyed && !stream.writableEnded) stream.write(bytes, written);
  };
  const hand = () => {
    if (end === start) return;
    const bytes = slab.subarray(start, end);
    start = end;
    write(bytes);
  };
  const flush = () => {
    scheduled = false;
    hand();
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(flush);
  };
  const renew = () => {
    hand();
    slab = Buffer.allocUnsafeSlow(slabBytes);
    start = end = 0;
  };

  return {
    take: (count, following = 0) => {
      if (count > slabBytes) throw new RangeError(`take: at most ${slabBytes} bytes, got ${count}`);
      const together = isLarge(following) ? count : count + following;
      if (slabBytes - end < together) renew();
      place.buffer = slab;
      place.offset = end;
      end += count;
      schedule();
      return place;
    },
    append: (bytes) => {
      if (isLarge(bytes.length)) {
        hand();
        write(bytes);
        return;
      }
      if (slabBytes - end < bytes.length) renew();
      slab.set(bytes, end);
      end += bytes.length;
      schedule();
    },
    get bufferedBytes() {
      return stream.writableLength + end - start;
    },
    flush,
  };
};
