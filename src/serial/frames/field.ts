/** One field of fixed size. `read` gives undefined for what stands there but may not. */
export interface Field {
  readonly name: string;
  readonly size: number;
  read(view: DataView, at: number): unknown;
  write(view: DataView, at: number, value: never): void;
}

type Range = readonly [least: number, most: number];

const number =
  (
    size: number,
    get: (view: DataView, at: number) => number,
    set: (view: DataView, at: number, value: number) => void,
  ) =>
  (name: string, allowed?: Range | readonly number[]): Field => ({
    ...{ name, size, write: set },
    read: (view, at) => {
      const value = get(view, at);
      if (!allowed) return value;
      const isIn =
        allowed.length === 2
          ? value >= allowed[0] && value <= allowed[1]
          : (allowed as readonly number[]).includes(value);
      return isIn ? value : undefined;
    },
  });

export const u8 = number(
  1,
  (view, at) => view.getUint8(at),
  (view, at, value) => view.setUint8(at, value),
);
export const u16 = number(
  2,
  (view, at) => view.getUint16(at, true),
  (view, at, value) => view.setUint16(at, value, true),
);
export const u32 = number(
  4,
  (view, at) => view.getUint32(at, true),
  (view, at, value) => view.setUint32(at, value, true),
);

/** Milliseconds: 64 bits on the line, of which 53 may be used. */
export const u53 = (name: string): Field => ({
  ...{ name, size: 8 },
  read: (view, at) => {
    const value = view.getBigUint64(at, true);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
  },
  write: (view, at, value: number) => view.setBigUint64(at, BigInt(value), true),
});

/** A finite number. */
export const f64 = (name: string): Field => ({
  ...{ name, size: 8 },
  read: (view, at) => {
    const value = view.getFloat64(at, true);
    return Number.isFinite(value) ? value : undefined;
  },
  write: (view, at, value: number) => view.setFloat64(at, value, true),
});

/** Text padded with zero bytes; `pattern` judges it. */
export const text = (name: string, size: number, pattern: RegExp): Field => ({
  ...{ name, size },
  read: (view, at) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
    const zero = bytes.indexOf(0);
    const end = zero < 0 ? size : zero;
    if (bytes.subarray(end).some((byte) => byte !== 0)) return undefined;
    try {
      const value = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
      return pattern.test(value) ? value : undefined;
    } catch {
      return undefined;
    }
  },
  write: (view, at, value: string) =>
    void new TextEncoder().encodeInto(value, new Uint8Array(view.buffer, view.byteOffset + at, size)),
});

/** Bytes, as hexadecimal digits. */
export const hex = (name: string, size: number): Field => ({
  ...{ name, size },
  read: (view, at) => Buffer.from(view.buffer, view.byteOffset + at, size).toString('hex'),
  write: (view, at, value: string) => {
    for (let i = 0; i < size; i++) view.setUint8(at + i, Number.parseInt(value.slice(2 * i, 2 * i + 2), 16));
  },
});

/** Bits or bytes that mean nothing yet: sent as 0, not looked at. */
export const reserved = (size: number): Field => ({
  ...{ name: '', size },
  read: () => 0,
  write: () => {},
});
