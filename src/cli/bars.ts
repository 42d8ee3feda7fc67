const widest = 48; // characters

/**
 * Values as bars of text under one another. A logarithmic bar is as long as its value has powers of ten above the least one, of
 * which it shows eight at most.
 */
export function bars(values: readonly (readonly [label: string, value: number])[], { logarithmic = false }): string {
  const most = Math.max(...values.map(([, value]) => value));
  const positive = values.map(([, value]) => value).filter((value) => value > 0);
  const floor = Math.max(Math.min(...positive) / 2, most * 1e-8);
  const length = (value: number): number => {
    if (!(value > 0) || !(most > 0)) return 0;
    const share = logarithmic ? Math.log(value / floor) / Math.log(most / floor) : value / most;
    return Math.max(0, Math.round(widest * share));
  };
  const label = Math.max(...values.map(([text]) => text.length));
  const line = ([text, value]: readonly [string, number]): string =>
    `${text.padStart(label)}  ${value.toExponential(2).padStart(9)}  ${'█'.repeat(length(value))}`.trimEnd();
  return `${values.map(line).join('\n')}\n`;
}
