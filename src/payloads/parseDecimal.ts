import { asBuffer } from './utf8.js';

const powersOfTen = Array.from({ length: 23 }, (_, n) => 10 ** n);
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number which is written in `text`, blanks around it allowed; NaN when it is anything but decimal digits, `.`, sign and exponent. */
export const parseDecimalText = (text: string): number => {
  const trimmed = text.trim();
  return decimal.test(trimmed) ? Number(trimmed) : Number.NaN;
};

/**
 * The same for bytes. Up to 15 digits with at most 22 behind the point, both mantissa and power of ten are exact in a
 * double, so their quotient is the correctly rounded value (Clinger 1990); anything else takes the slow way through a string.
 */
export const parseDecimal = (bytes: Uint8Array): number => {
  let start = 0;
  let end = bytes.length;
  while (start < end && bytes[start]! <= 0x20) start++;
  while (end > start && bytes[end - 1]! <= 0x20) end--; // C senders include the closing NUL
  let at = start;
  const sign = bytes[at];
  if (sign === 0x2d || sign === 0x2b) at++;
  let mantissa = 0;
  let digits = 0;
  let point = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > 15) return slow(bytes, start, end);
      mantissa = mantissa * 10 + (byte - 0x30);
    } else if (byte === 0x2e && point < 0) point = digits;
    else return digits > 0 && (byte === 0x65 || byte === 0x45) ? slow(bytes, start, end) : Number.NaN;
  }
  if (digits === 0) return Number.NaN;
  const y = point < 0 ? mantissa : mantissa / powersOfTen[digits - point]!;
  return sign === 0x2d ? -y : y;
};

const slow = (bytes: Uint8Array, start: number, end: number): number =>
  parseDecimalText(asBuffer(bytes).toString('latin1', start, end));
