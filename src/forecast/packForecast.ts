/** The quantiles of a forecast as its row holds them: quantile i is (base + distance i) / scale. */
export interface PackedForecast {
  readonly base: number;
  readonly scale: number;
  readonly k: string; // the distances, [horizon, levels]: a character each, or a flat JSON array
}

/** Code of the character that is the distance 0: the one after `[`, with which a JSON array begins. */
export const zeroCode = 92;
const last = 0xd7ff; // the codes after it are halves of characters
const largest = 2 ** 53;

let wholes = new Float64Array(256);
let codes = new Uint16Array(256);

/**
 * The quantiles of a forecast, rounded to `decimals`, in about a fourth of the bytes of their JSON: they lie close together, so their
 * distances from the least one, in units of the last decimal, are characters of one to three bytes. Exact: both operands of the division are
 * whole numbers below 2^53, so it rounds to the very number that was published. Distances that no character holds are kept as JSON, and
 * what does not fit either as it is, with base 0 and scale 1.
 */
export function packForecast(values: Float64Array, decimals: number): PackedForecast {
  const scale = 10 ** decimals;
  const count = values.length;
  if (wholes.length < count) {
    wholes = new Float64Array(2 * count);
    codes = new Uint16Array(2 * count);
  }
  let base = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const whole = Math.round(values[i] * scale) + 0;
    if (!(Math.abs(whole) < largest && whole / scale === values[i])) return asJson(0, 1, values);
    wholes[i] = whole;
    if (whole < base) base = whole;
    if (whole > most) most = whole;
  }
  const span = most - base;
  if (!(span < largest)) return asJson(0, 1, values);
  if (span > last - zeroCode) return asJson(base, scale, wholes.subarray(0, count));
  for (let i = 0; i < count; i++) codes[i] = zeroCode + wholes[i] - base;
  return { base, scale, k: Buffer.from(codes.buffer, 0, 2 * count).toString('utf16le') };
}

/** The distances that `k` holds. */
export function unpackDistances(k: string): number[] {
  if (k.charCodeAt(0) < zeroCode) return JSON.parse(k);
  const distances = new Array<number>(k.length);
  for (let i = 0; i < k.length; i++) distances[i] = k.charCodeAt(i) - zeroCode;
  return distances;
}

const asJson = (base: number, scale: number, numbers: Float64Array): PackedForecast => ({
  ...{ base, scale },
  k: JSON.stringify(Array.from(numbers, (number) => number - base)),
});
