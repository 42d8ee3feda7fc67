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
    this.#reserve(512 + 3 * series.length + 3 * model.length + (horizon + 1) * (L * 26 + 3));
    this.#at = 0;
    this.#put(this.#head(series));
    this.#text(`${tMs},"issued":${issuedMs},"model":${JSON.stringify(model)},"step":${stepMs},"last":${last},"next":`);
    round(values, horizon * L, decimals);
    this.#number(values[medianIndex(levels)], decimals);
    this.#text(`,"levels":[${levels.join(',')}],"values":[`);
    for (let h = 0, k = 0; h < horizon; h++) {
      if (h > 0) this.#bytes[this.#at++] = comma;
      this.#bytes[this.#at++] = open;
      for (let l = 0; l < L; l++, k++) {
        if (l > 0) this.#bytes[this.#at++] = comma;
        this.#number(values[k], decimals);
      }
      this.#bytes[this.#at++] = close;
    }
    this.#bytes[this.#at++] = close;
    this.#bytes[this.#at++] = 125; // }
    return this.#bytes.slice(0, this.#at);
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

  /** A value already rounded to `decimals`. Digits by integer arithmetic: 72 numbers a forecast make this the hot spot. */
  #number(value: number, decimals: number): void {
    const scaled = Math.round(Math.abs(value) * powers[decimals]);
    if (!(scaled < 2 ** 31)) {
      this.#text(String(value));
      return;
    }
    let k = scaled | 0;
    if (value < 0 && k > 0) this.#bytes[this.#at++] = minus;
    let fraction = decimals;
    while (fraction > 0 && k % 10 === 0) {
      k = (k / 10) | 0;
      fraction--;
    }
    let digits = 1;
    for (let rest = (k / 10) | 0; rest > 0; rest = (rest / 10) | 0) digits++;
    if (digits <= fraction) digits = fraction + 1;
    let at = this.#at + digits + (fraction > 0 ? 1 : 0);
    this.#at = at;
    for (let i = 0; i < digits; i++) {
      if (i === fraction && fraction > 0) this.#bytes[--at] = point;
      const rest = (k / 10) | 0;
      this.#bytes[--at] = zero + k - 10 * rest;
      k = rest;
    }
  }

  #reserve(size: number): void {
    if (this.#bytes.length < size) this.#bytes = new Uint8Array(2 * size);
  }
}

const powers = Array.from({ length: 10 }, (_, d) => 10 ** d);

function round(values: Float64Array, count: number, decimals: number): void {
  const power = powers[decimals];
  for (let i = 0; i < count; i++) {
    const rounded = Math.round(values[i] * power) / power;
    if (Number.isFinite(rounded)) values[i] = rounded;
  }
}

/** The level nearest to 0.5. */
export const medianIndex = (levels: readonly number[]): number =>
  levels.reduce((best, level, i) => (Math.abs(level - 0.5) < Math.abs(levels[best] - 0.5) ? i : best), 0);
