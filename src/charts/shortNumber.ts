/** A number as it stands beside an axis or a bar: three digits, with k, M and small powers of ten where they are shorter. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimmed(value / 1e6)}M`;
  if (size >= 1e4) return `${trimmed(value / 1e3)}k`;
  if (size > 0 && size < 1e-3) return value.toExponential(0).replace('e-', 'e−');
  return trimmed(value);
}

const trimmed = (value: number): string => String(Number(value.toPrecision(3)));
