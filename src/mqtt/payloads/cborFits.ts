const maxDepth = 16;
const largestInteger = 16; // bytes of a bignum

/**
 * Whether the bytes are exactly one CBOR item that is safe to decode: no length reaches past its end, nesting is bounded,
 * and no tags but those of numbers (2, 3, 4) occur. A decoder would otherwise follow references, build regular expressions
 * and sets, or take quadratic time over a long bignum, as their tags tell it to.
 */
export const cborFits = (bytes: Uint8Array): boolean => skipItem(bytes, 0, 0) === bytes.length;

/** The position after the item at `at`, −1 when it does not fit. */
const skipItem = (bytes: Uint8Array, at: number, depth: number): number => {
  if (at >= bytes.length || depth > maxDepth) return -1;
  const major = bytes[at]! >> 5;
  const info = bytes[at]! & 31;
  if (info === 31) return skipIndefinite(bytes, at + 1, major, depth);
  if (info > 27) return -1;
  const width = info < 24 ? 0 : 1 << (info - 24);
  const next = at + 1 + width;
  if (next > bytes.length) return -1;
  let argument = info;
  if (width > 0) {
    argument = 0;
    for (let i = at + 1; i < next; i++) argument = argument * 256 + bytes[i]!;
  }
  if (major < 2 || major === 7) return next;
  if (major === 6) return skipTagged(bytes, next, argument, depth);
  if (argument > bytes.length - next) return -1; // every byte and every item takes at least one byte
  if (major < 4) return next + argument;
  return skipItems(bytes, next, major === 5 ? 2 * argument : argument, depth);
};

const skipItems = (bytes: Uint8Array, from: number, count: number, depth: number): number => {
  let at = from;
  for (let i = 0; i < count && at >= 0; i++) at = skipItem(bytes, at, depth + 1);
  return at;
};

const skipIndefinite = (bytes: Uint8Array, from: number, major: number, depth: number): number => {
  if (major < 2 || major > 5) return -1;
  let at = from;
  let count = 0;
  while (at >= 0 && bytes[at] !== 0xff) {
    const chunk = bytes[at];
    if (major < 4 && (chunk === undefined || chunk >> 5 !== major || (chunk & 31) === 31)) return -1;
    at = skipItem(bytes, at, depth + 1);
    count++;
  }
  return at < 0 || (major === 5 && count % 2 === 1) ? -1 : at + 1;
};

const skipTagged = (bytes: Uint8Array, at: number, tag: number, depth: number): number => {
  const head = bytes[at] ?? 0xff;
  if (tag === 2 || tag === 3)
    return head >= 0x40 && head <= 0x40 + largestInteger ? skipItem(bytes, at, depth + 1) : -1;
  if (tag !== 4 || head !== 0x82) return -1;
  const mantissa = isInteger(bytes, at + 1) ? skipItem(bytes, at + 1, depth + 1) : -1;
  return mantissa >= 0 && isInteger(bytes, mantissa) ? skipItem(bytes, mantissa, depth + 1) : -1;
};

const isInteger = (bytes: Uint8Array, at: number): boolean => {
  const head = bytes[at] ?? 0xff;
  return head >> 5 < 2 || head === 0xc2 || head === 0xc3;
};
