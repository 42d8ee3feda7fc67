/** The quantiles of a forecast as its row holds them: quantile i is (base + k[i]) / scale. */
export interface PackedForecast {
  readonly base: number;
  readonly scale: number;
  readonly k: string; // flat JSON array, [horizon, levels]
}

const minus = 45;
const comma = 44;
const zero = 48;
const open = 91;
const close = 93;
const largest = 2 ** 53;

let distances = new Float64Array(256);
let out = Buffer.alloc(8192);

/**
 * The quantiles of a forecast, rounded to `decimals`, in about half of the bytes of their JSON: they lie close together, so their
 * distances from the first one, in units of the last decimal, are short. Exact: both operands of the division are whole numbers below
 * 2^53, so it rounds to the very number that was published. What does not fit is kept as it is, with base 0 and scale 1.
 */
export function packForecast(values: Float64Array, decimals: number): PackedForecast {
  const scale = 10 ** decimals;
  if (distances.length < values.length) distances = new Float64Array(2 * values.length);
  const base = Math.round(values[0] * scale) + 0;
  for (let i = 0; i < values.length; i++) {
    const whole = Math.round(values[i] * scale);
    const distance = whole - base;
    if (!(Math.abs(whole) < largest && Math.abs(distance) < largest && whole / scale === values[i])) {
      return { base: 0, scale: 1, k: JSON.stringify(Array.from(values)) };
    }
    distances[i] = distance;
  }
  return { base, scale, k: wholeNumbers(values.length) };
}

/** The first `count` distances as a JSON array. */
function wholeNumbers(count: number): string {
  if (out.length < count * 18 + 2) out = Buffer.alloc(count * 36);
  let at = 0;
  out[at++] = open;
  for (let i = 0; i < count; i++) {
    if (i > 0) out[at++] = comma;
    at = writeWhole(distances[i], at);
  }
  out[at++] = close;
  return out.toString('latin1', 0, at);
}

function writeWhole(value: number, from: number): number {
  if (Math.abs(value) >= 1e9) return from + out.write(String(value), from, 'latin1');
  let at = from;
  let rest = Math.abs(value) | 0;
  if (value < 0) out[at++] = minus;
  let digits = 1;
  for (let power = 10; digits < 10 && rest >= power; power *= 10) digits++;
  for (let i = digits - 1; i >= 0; i--) {
    const next = (rest / 10) | 0;
    out[at + i] = zero + rest - next * 10;
    rest = next;
  }
  return at + digits;
}
