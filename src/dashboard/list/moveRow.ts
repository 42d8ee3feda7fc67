/** The row that a key leads to from row `from` (−1: none yet) of `rows`; undefined for keys that move nothing. */
export function moveRow(key: string, from: number, rows: number, pageRows: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: Math.max(1, pageRows),
    PageUp: -Math.max(1, pageRows),
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
  };
  if (rows === 0 || !Object.hasOwn(steps, key)) return undefined;
  return Math.max(0, Math.min(rows - 1, from + steps[key]));
}
