/** Protobuf by hand, for files that no encoder would write. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest > 127 ? (rest % 128) + 128 : rest);
    if (rest <= 127) return bytes;
  }
}

export const tag = (field: number, wireType: number): number[] => varint(field * 8 + wireType);

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A field of bytes: a string, or a message. */
export function block(field: number, content: Uint8Array | readonly number[]): Uint8Array {
  return joined(tag(field, 2), varint(content.length), content);
}

export const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
