const ascii = new TextEncoder();
const zero = 48;
const minus = 45;
const point = 46;
const comma = 44;
const open = 91;
const close = 93;

export interface ForecastDocument {
  series: string;
  tMs: number;
  issuedMs: number;
  model: string;
  stepMs: number;
  last: number;
  levels: readonly number[];
  values: Float64Array; // [horizon, levels]
  horizon: number; // steps
  decimals: number; // of the values, see decimalsFor
}

/**
 * Decimals at which rounding moves a value by at most half a percent of `unit`, the usual change of the series in a step.
 * Between 0 and 9.
 */
export const decimalsFor = (unit: number): number => Math.min(9, Math.max(0, 2 - Math.floor(Math.log10(unit))));

/**
 * Forecasts as the JSON of the contract, UTF-8, serialised once: `values` are rounded in place to `decimals`, so what is
 * published, stored and scored is one and the same. One buffer is reused; each document is a copy of its own length.
 */
export class ForecastWriter {
  #bytes = new Uint8Array(8192);
  #at = 0;
  readonly #heads = new Map<string, Uint8Array>(); // `{"series":"…","time":` a series, escaped once

  write({
    series,
    tMs,
    issuedMs,
    model,
    stepMs,
    last,
    levels,
    values,
    horizon,
    decimals,
  }: ForecastDocument): Uint8Array<ArrayBuffer> {
    const L = levels.length;
    const power = powers[decimals];
    const head = this.#head(series);
    this.#reserve(512 + head.length + 6 * model.length + (horizon + 2) * (L * 26 + 3));
    this.#at = 0;
    this.#put(head);
    this.#text(`${tMs},"issued":${issuedMs},"model":${JSON.stringify(model)},"step":${stepMs},"last":${last},"next":`);
    this.#at = putNumber(this.#bytes, this.#at, values[medianIndex(levels)], power, decimals);
    this.#text(`,"levels":[${levels.join(',')}],"values":`);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let h = 0, k = 0; h < horizon; h++) {
      bytes[at++] = h > 0 ? comma : open;
      for (let l = 0; l < L; l++, k++) {
        bytes[at++] = l > 0 ? comma : open;
        at = putNumber(bytes, at, values[k], power, decimals);
        values[k] = rounded(values[k], power);
      }
      bytes[at++] = close;
    }
    bytes[at++] = close;
    bytes[at++] = 125; // }
    return bytes.slice(0, at);
  }

  #head(series: string): Uint8Array {
    let head = this.#heads.get(series);
    if (!head) {
      if (this.#heads.size >= 20_000) this.#heads.clear();
      head = ascii.encode(`{"series":${JSON.stringify(series)},"time":`);
      this.#heads.set(series, head);
    }
    return head;
  }

  #put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #text(text: string): void {
    this.#at += ascii.encodeInto(text, this.#bytes.subarray(this.#at)).written;
  }

  #reserve(size: number): void {
    if (this.#bytes.length < size) this.#bytes = new Uint8Array(2 * size);
  }
}

const powers = Array.from({ length: 10 }, (_, d) => 10 ** d);

/** `value` to the nearest multiple of 1/power; as it is where that is beyond a float64. */
function rounded(value: number, power: number): number {
  const near = Math.round(value * power) / power;
  return Number.isFinite(near) ? near : value;
}

/** Writes `value` rounded to `decimals` at `at`, and returns where it ends. Integer arithmetic: 72 numbers a forecast are the hot spot. */
function putNumber(bytes: Uint8Array, at: number, value: number, power: number, decimals: number): number {
  const scaled = Math.round(value * power);
  if (!(scaled < 2 ** 31 && scaled > -(2 ** 31))) {
    return at + ascii.encodeInto(String(rounded(value, power)), bytes.subarray(at)).written;
  }
  let k = Math.abs(scaled) | 0;
  let fraction = decimals;
  while (fraction > 0 && k % 10 === 0) {
    k = (k / 10) | 0;
    fraction--;
  }
  let digits = 1;
  for (let bound = 10; digits < 10 && k >= bound; bound *= 10) digits++;
  if (digits <= fraction) digits = fraction + 1;
  let place = at;
  if (scaled < 0) bytes[place++] = minus;
  const end = place + digits + (fraction > 0 ? 1 : 0);
  place = end;
  for (let i = 0; i < digits; i++) {
    if (i === fraction && fraction > 0) bytes[--place] = point;
    const rest = (k / 10) | 0;
    bytes[--place] = zero + k - 10 * rest;
    k = rest;
  }
  return end;
}

/** The level nearest to 0.5. */
export const medianIndex = (levels: readonly number[]): number =>
  levels.reduce((best, level, i) => (Math.abs(level - 0.5) < Math.abs(levels[best] - 0.5) ? i : best), 0);
