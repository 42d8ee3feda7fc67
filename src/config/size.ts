const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

export const sizePattern = '^[0-9]+(\\.[0-9]+)?(B|kB|KB|MB|GB|KiB|MiB|GiB)$';
const shape = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/;

/** `16MB` (decimal) and `64KiB` (binary) in bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = shape.exec(text);
  const unit = match && unitBytes[match[2]!];
  if (!unit) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
