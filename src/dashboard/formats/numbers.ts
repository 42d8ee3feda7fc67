const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format;
}

/** Decimals that show differences of `spread` with three digits; none when it is large, six at most. */
export const decimalsFor = (spread: number): number =>
  spread > 0 && Number.isFinite(spread) ? Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(spread)))) : 2;

/** The fewest decimals that write all of these exactly, six at most. */
export function tickDecimals(values: readonly number[]): number {
  const isExact = (decimals: number): boolean =>
    values.every((value) => Math.abs(value - Number(value.toFixed(decimals))) <= 1e-9 * Math.max(1, Math.abs(value)));
  return [0, 1, 2, 3, 4, 5].find(isExact) ?? 6;
}

/** A value in the locale's digits; `–` for none. Very large and very small ones in scientific notation. */
export function formatValue(value: number | null | undefined, decimals: number, locale?: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-6))
    return numberFormat(locale, { notation: 'scientific', maximumFractionDigits: 2 }).format(value);
  return numberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
}

export const formatCount = (count: number, locale?: string): string => numberFormat(locale, {}).format(count);

/** A share as a whole percentage; `–` for none. */
export const formatShare = (share: number | null | undefined, locale?: string): string =>
  share === null || share === undefined || !Number.isFinite(share)
    ? '–'
    : numberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);

/** A skill with its sign: +34 % is a third less error than persistence. Beyond ±999 % it is cut. */
export const formatSkill = (skill: number | null | undefined, locale?: string): string =>
  skill === null || skill === undefined || !Number.isFinite(skill)
    ? '–'
    : numberFormat(locale, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }).format(
        Math.max(-9.99, Math.min(9.99, skill)),
      );
