import { expect } from 'vitest';

/** `text`, as the page wrote it, is `value` rounded to as many digits as are shown. */
export function expectShown(text: string, value: number | null): void {
  if (value === null) {
    expect(text).toMatch(/^–?$/);
    return;
  }
  const isShare = text.endsWith('%');
  const digits = text.replaceAll(',', '').replace(/%$/, '');
  const decimals = digits.split('.')[1]?.length ?? 0;
  const shown = isShare ? 100 * value : value;
  expect(Math.abs(Number(digits) - shown), `${text} for ${value}`).toBeLessThanOrEqual(0.5 * 10 ** -decimals + 1e-9);
}
