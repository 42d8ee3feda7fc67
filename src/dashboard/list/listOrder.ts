import type { ApiSeries } from '../../http/api.js';

export type SortKey = 'series' | 'last_time' | 'skill1' | 'coverage';

export interface ListOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** What one expects first: names from A, everything else from the largest. */
export const orderBy = (key: SortKey): ListOrder => ({ key, descending: key !== 'series' });

/** The series whose name, or model, contains every word of `search`, in order; those without a figure come last either way. */
export function arrange(
  all: Iterable<ApiSeries>,
  search: string,
  { key, descending }: ListOrder,
  locale?: string,
): ApiSeries[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...all].filter(({ series, model }) => {
    const text = `${series} ${model ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const { compare } = new Intl.Collator(locale, { numeric: true });
  const sign = descending ? -1 : 1;
  const byName = (a: ApiSeries, b: ApiSeries): number => compare(a.series, b.series);
  if (key === 'series') return found.sort((a, b) => sign * byName(a, b));
  return found.sort((a, b) => {
    const [left, right] = [a[key] ?? null, b[key] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || byName(a, b);
    return sign * (left - right) || byName(a, b);
  });
}
