/** The path (`d` of SVG) of equally spaced values in a box; gaps (null) lift the pen. Empty for fewer than two values. */
export function sparkline(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return '';
  const low = known.reduce((least, value) => Math.min(least, value));
  const high = known.reduce((most, value) => Math.max(most, value));
  const y = (value: number): number => (high === low ? height / 2 : height * (1 - (value - low) / (high - low)));
  let path = '';
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    const drawn = path !== '' && values[i - 1] !== null;
    path += `${drawn ? 'L' : 'M'}${short((i * width) / (values.length - 1))} ${short(y(value))}`;
  }
  return path;
}

const short = (value: number): number => Number(value.toFixed(1));
