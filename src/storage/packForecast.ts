/** The quantiles of a forecast as its row holds them: quantile i is (base + k[i]) / scale. */
export interface PackedForecast {
  readonly count: number; // horizon · levels
  readonly base: number;
  readonly scale: number;
  readonly k: string; // flat JSON array, [horizon, levels]
}

const valuesAt = Buffer.from(',"values":[['); // inside a name its quotes would be escaped
const minus = 45;
const point = 46;
const comma = 44;
const zero = 48;
const open = 91;
const close = 93;
const largest = 2 ** 53;
const powers = Array.from({ length: 16 }, (_, d) => 10 ** d);

let mantissas = new Float64Array(256);
let decimals = new Uint8Array(256);
let out = Buffer.alloc(8192);

/**
 * Takes the quantiles out of the forecast JSON of the contract, into about half of its bytes: they lie close together, so
 * their distances from the first one, in units of the last decimal, are short. Exact: both operands of the division are
 * whole numbers below 2^53, so it rounds to the very number that the JSON reads as. What does not fit is kept as it is, with
 * base 0 and scale 1.
 *
 * @throws {RangeError} when it is no such JSON.
 */
export function packForecast(json: Buffer): PackedForecast {
  const at = json.indexOf(valuesAt);
  const count = at < 0 ? 0 : readNumbers(json, at + valuesAt.length);
  return (count > 0 ? distances(count) : undefined) ?? plain(json);
}

/** Plain decimals into `mantissas` and `decimals`; 0 when there is anything else. */
function readNumbers(json: Buffer, from: number): number {
  let count = 0;
  let width = 0;
  for (let at = from; ; ) {
    if (count === mantissas.length) grow();
    const isNegative = json[at] === minus;
    if (isNegative) at++;
    const first = at;
    let mantissa = 0;
    let pointAt = -1;
    for (; ; at++) {
      const digit = json[at] - zero;
      if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
      else if (json[at] === point && pointAt < 0) pointAt = at;
      else break;
    }
    const places = pointAt < 0 ? 0 : at - pointAt - 1;
    if (at === first || !(mantissa < largest) || places >= powers.length) return 0;
    mantissas[count] = isNegative ? -mantissa : mantissa;
    decimals[count++] = places;
    if (json[at] === comma) {
      at++;
      continue;
    }
    width ||= count;
    if (json[at] !== close || count % width !== 0) return 0;
    if (json[at + 1] === close) return count;
    if (json[at + 1] !== comma || json[at + 2] !== open) return 0;
    at += 3;
  }
}

function distances(count: number): PackedForecast | undefined {
  let places = 0;
  for (let i = 0; i < count; i++) places = Math.max(places, decimals[i]);
  if (out.length < count * 18 + 2) out = Buffer.alloc(count * 36);
  const base = mantissas[0] * powers[places - decimals[0]] + 0;
  let at = 0;
  out[at++] = open;
  for (let i = 0; i < count; i++) {
    const whole = mantissas[i] * powers[places - decimals[i]];
    const distance = whole - base;
    if (!(Math.abs(whole) < largest && Math.abs(distance) < largest)) return undefined;
    if (i > 0) out[at++] = comma;
    at = writeWhole(distance, at);
  }
  out[at++] = close;
  return { count, base, scale: powers[places], k: out.toString('latin1', 0, at) };
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

function plain(json: Buffer): PackedForecast {
  const { levels, values } = JSON.parse(json.toString('utf8'));
  if (!Array.isArray(values) || !values.every((row) => Array.isArray(row) && row.length === levels?.length)) {
    throw new RangeError('packForecast: not a forecast of the contract');
  }
  const flat = values.flat();
  return { count: flat.length, base: 0, scale: 1, k: JSON.stringify(flat) };
}

function grow(): void {
  const [wider, longer] = [new Float64Array(2 * mantissas.length), new Uint8Array(2 * decimals.length)];
  wider.set(mantissas);
  longer.set(decimals);
  mantissas = wider;
  decimals = longer;
}
