const slabBytes = 65_536;
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
 * Decimals at which rounding moves a value by at most a fortieth of `unit`, the usual change of the series in a step: far below
 * what any forecast errs by. Between 0 and 9.
 */
export const decimalsFor = (unit: number): number => Math.min(9, Math.max(0, Math.ceil(Math.log10(20 / unit))));

/**
 * Forecasts as the JSON of the contract, UTF-8, serialised once: `values` are rounded in place to `decimals`, so what is
 * published, stored and scored is one and the same. Documents are cut from shared slabs of 64 KiB, since an ArrayBuffer for each
 * costs as much as writing it: whoever keeps one for long should copy it.
 */
export class ForecastWriter {
  #bytes = new Uint8Array(slabBytes);
  #at = 0; // in the slab
  #model = '';
  #levels: readonly number[] = [];
  #middle = 0;
  #modelPart = new Uint8Array(0);
  #levelsPart = new Uint8Array(0);
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
    if (model !== this.#model || levels !== this.#levels) this.#prepare(model, levels);
    this.#reserve(512 + head.length + 6 * model.length + (horizon + 2) * (L * 26 + 3));
    const start = this.#at;
    const bytes = this.#bytes;
    let at = put(bytes, start, head);
    at = putNumber(bytes, at, tMs, 0);
    at = put(bytes, at, issuedKey);
    at = putNumber(bytes, at, issuedMs, 0);
    at = put(bytes, at, this.#modelPart);
    at = putNumber(bytes, at, stepMs, 0);
    at = put(bytes, at, lastKey);
    at = putNumber(bytes, at, last, mostDecimals);
    at = put(bytes, at, nextKey);
    at = putNumber(bytes, at, rounded(values[this.#middle], power), Math.min(decimals, mostDecimals));
    at = put(bytes, at, this.#levelsPart);
    for (let h = 0, k = 0; h < horizon; h++) {
      bytes[at++] = h > 0 ? comma : open;
      for (let l = 0; l < L; l++, k++) {
        bytes[at++] = l > 0 ? comma : open;
        const scaled = Math.round(values[k] * power);
        if (scaled < wholeLimit && scaled > -wholeLimit) {
          values[k] = scaled / power;
          at = putWhole(bytes, at, scaled, decimals);
        } else {
          values[k] = rounded(values[k], power);
          at = putText(bytes, at, String(values[k]));
        }
      }
      bytes[at++] = close;
    }
    bytes[at++] = close;
    bytes[at++] = 125; // }
    this.#at = at;
    return bytes.subarray(start, at);
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

  #prepare(model: string, levels: readonly number[]): void {
    this.#model = model;
    this.#levels = levels;
    this.#middle = medianIndex(levels);
    this.#modelPart = ascii.encode(`,"model":${JSON.stringify(model)},"step":`);
    this.#levelsPart = ascii.encode(`,"levels":[${levels.join(',')}],"values":`);
  }

  #reserve(size: number): void {
    if (this.#bytes.length - this.#at >= size) return;
    this.#bytes = new Uint8Array(Math.max(slabBytes, size));
    this.#at = 0;
  }
}

const mostDecimals = 6; // that are looked for
const wholeLimit = 1e9;
const tenMillion = 10_000_000;
const issuedKey = ascii.encode(',"issued":');
const lastKey = ascii.encode(',"last":');
const nextKey = ascii.encode(',"next":');
const powers = Array.from({ length: 10 }, (_, d) => 10 ** d);

/** `value` to the nearest multiple of 1/power; as it is where that is beyond a float64. */
function rounded(value: number, power: number): number {
  const near = Math.round(value * power) / power;
  return Number.isFinite(near) ? near : value;
}

function put(bytes: Uint8Array, at: number, part: Uint8Array): number {
  for (let i = 0; i < part.length; i++) bytes[at + i] = part[i]; // a call of set costs more than these few
  return at + part.length;
}

const putText = (bytes: Uint8Array, at: number, text: string): number =>
  at + ascii.encodeInto(text, bytes.subarray(at)).written;

/**
 * Writes `value` as String has it at `at`, and returns where it ends: digit by digit where it has at most `decimals` of them behind the point,
 * for strings are made and copied at many times the cost.
 */
function putNumber(bytes: Uint8Array, at: number, value: number, decimals: number): number {
  for (let d = 0; d <= decimals; d++) {
    const scaled = Math.round(value * powers[d]);
    if (!(scaled < wholeLimit && scaled > -wholeLimit)) break;
    if (scaled / powers[d] === value) return putWhole(bytes, at, scaled, d);
  }
  if (!(Number.isSafeInteger(value) && value >= wholeLimit)) return putText(bytes, at, String(value));
  const upper = Math.floor(value / tenMillion);
  if (upper >= wholeLimit) return putText(bytes, at, String(value));
  const end = putWhole(bytes, at, upper, 0) + 7;
  for (let place = end - 1, rest = value - upper * tenMillion; place >= end - 7; place--) {
    const k = rest | 0;
    rest = (k / 10) | 0;
    bytes[place] = zero + k - 10 * rest;
  }
  return end;
}

/**
 * Writes `scaled` / 10^decimals at `at`, without trailing zeros, and returns where it ends. |scaled| < 10^9. Integer arithmetic, the
 * digits from the last to the first: 72 numbers a forecast are the hot spot.
 */
function putWhole(bytes: Uint8Array, at: number, scaled: number, decimals: number): number {
  let k = scaled | 0;
  let start = at;
  if (k < 0) {
    bytes[start++] = minus;
    k = -k;
  }
  let fraction = decimals;
  let rest = (k / 10) | 0;
  while (fraction > 0 && k === 10 * rest) {
    k = rest;
    rest = (k / 10) | 0;
    fraction--;
  }
  let digits = 1;
  while (k >= powers[digits]) digits++;
  if (digits <= fraction) digits = fraction + 1;
  const end = start + digits + (fraction > 0 ? 1 : 0);
  let place = end;
  if (fraction > 0) {
    for (; fraction > 0; fraction--) {
      bytes[--place] = zero + k - 10 * rest;
      k = rest;
      rest = (k / 10) | 0;
    }
    bytes[--place] = point;
  }
  while (place > start) {
    bytes[--place] = zero + k - 10 * rest;
    k = rest;
    rest = (k / 10) | 0;
  }
  return end;
}

/** The level nearest to 0.5. */
export const medianIndex = (levels: readonly number[]): number =>
  levels.reduce((best, level, i) => (Math.abs(level - 0.5) < Math.abs(levels[best] - 0.5) ? i : best), 0);
