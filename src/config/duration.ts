const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const longestMs = 100 * 365 * 86_400_000;

export const durationPattern = '^(0|[0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))$';
const shape = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** `250ms`, `10s`, `1.5h`, `90d` in milliseconds; a bare 0 needs no unit. Undefined for anything else, or beyond a century. */
export function parseDuration(text: string | number): number | undefined {
  if (text === 0 || text === '0') return 0;
  const match = shape.exec(String(text));
  if (!match) return undefined;
  const ms = Math.round(Number(match[1]) * unitMs[match[2]!]!);
  return ms <= longestMs ? ms : undefined;
}

/** The shortest spelling that `parseDuration` reads back as the same number: 90,000 is `90s`, 86,400,000 is `1d`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => ms % unitMs[name]! === 0) ?? 'ms';
  return `${ms / unitMs[unit]!}${unit}`;
}
