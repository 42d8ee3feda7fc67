const maxDepth = 16;
const maxItems = 200_000;
const largestInteger = 16; // bytes of a bignum

/**
 * Whether the bytes are exactly one CBOR item that is safe to decode: no length reaches past its end, nesting and the
 * number of items are bounded, and no tags but those of numbers (2, 3, 4) occur. A decoder would otherwise follow
 * references, build regular expressions and sets, or take quadratic time over a long bignum, as their tags tell it to.
 */
export const cborFits = (bytes: Uint8Array): boolean => new CborScan(bytes).item(0, 0) === bytes.length;

/** Each method gives the position after what it skips, −1 when that does not fit. */
class CborScan {
  readonly #bytes: Uint8Array;
  #left = maxItems;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  item(at: number, depth: number): number {
    const bytes = this.#bytes;
    if (at >= bytes.length || depth > maxDepth || this.#left-- <= 0) return -1;
    const major = bytes[at]! >> 5;
    const info = bytes[at]! & 31;
    if (info === 31) return this.#indefinite(at + 1, major, depth);
    if (info > 27) return -1;
    const next = at + 1 + (info < 24 ? 0 : 1 << (info - 24));
    if (next > bytes.length) return -1;
    let argument = info;
    if (info >= 24) {
      argument = 0;
      for (let i = at + 1; i < next; i++) argument = argument * 256 + bytes[i]!;
    }
    if (major < 2 || major === 7) return next;
    if (major === 6) return this.#tagged(next, argument, depth);
    if (argument > bytes.length - next) return -1; // every byte and every item takes at least one byte
    return major < 4 ? next + argument : this.#items(next, major === 5 ? 2 * argument : argument, depth);
  }

  #items(from: number, count: number, depth: number): number {
    let at = from;
    for (let i = 0; i < count && at >= 0; i++) at = this.item(at, depth + 1);
    return at;
  }

  #indefinite(from: number, major: number, depth: number): number {
    if (major < 2 || major > 5) return -1;
    const bytes = this.#bytes;
    let at = from;
    let count = 0;
    while (at >= 0 && bytes[at] !== 0xff) {
      const chunk = bytes[at];
      if (major < 4 && (chunk === undefined || chunk >> 5 !== major || (chunk & 31) === 31)) return -1;
      at = this.item(at, depth + 1);
      count++;
    }
    return at < 0 || (major === 5 && count % 2 === 1) ? -1 : at + 1;
  }

  #tagged(at: number, tag: number, depth: number): number {
    const head = this.#bytes[at] ?? 0xff;
    if (tag === 2 || tag === 3) return head >= 0x40 && head <= 0x40 + largestInteger ? this.item(at, depth + 1) : -1;
    if (tag !== 4 || head !== 0x82) return -1;
    const mantissa = this.#integerAt(at + 1) ? this.item(at + 1, depth + 1) : -1;
    return mantissa >= 0 && this.#integerAt(mantissa) ? this.item(mantissa, depth + 1) : -1;
  }

  #integerAt(at: number): boolean {
    const head = this.#bytes[at] ?? 0xff;
    return head >> 5 < 2 || head === 0xc2 || head === 0xc3;
  }
}
