/* The integer functions of firmware-bridge/protocol/model.md, to the bit. */

/** tanh at i/32 in Q15, raised so that straight lines between the points have no bias. */
export const tanhTable: Int16Array = Int16Array.from({ length: 257 }, (_, i) => {
  const t = Math.tanh(i / 32);
  return Math.min(32_767, Math.floor(32_768 * t * (1 + (1 - t * t) / 6144) + 0.5));
});

/** ⌊a·m / 2^s⌋ of an int32 and a number from 0 to 65535; wraps. */
export const scaled = (a: number, m: number, s: number): number =>
  (Math.imul(a >> s, m) + (Math.imul(a & (2 ** s - 1), m) >>> s)) | 0;

/** The same of a signed m of 16 bits and s = 11. */
export const carried = (a: number, x: number): number => (Math.imul(a >> 11, x) + (((a & 2047) * x) >> 11)) | 0;

/** Q15 to Q15. */
export function tanh15(a: number): number {
  const size = Math.abs(a);
  if (size >= 2 ** 18) return a < 0 ? -32_767 : 32_767;
  const low = tanhTable[size >> 10];
  const t = low + (((tanhTable[(size >> 10) + 1] - low) * (size & 1023)) >> 10);
  return a < 0 ? -t : t;
}

export const squashed = (sum: number, q: number): number => tanh15(sum >> (q - 15));

/** 0 to 32767. */
export const sigmoid15 = (sum: number, q: number): number => (tanh15(sum >> (q - 14)) + 32_768) >> 1;

/** A column of x in Q4.11, as the device rounds it. */
export function quantiseColumn(column: number): number {
  const up = Math.fround(Math.fround(column) * 2048 + 0.5);
  return Number.isNaN(up) ? 0 : Math.max(-32_768, Math.min(32_767, Math.floor(up)));
}
