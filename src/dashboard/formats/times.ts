const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(locale, options)));
  return format;
}

export interface TimeStyle {
  readonly stepMs: number; // of the series: what is finer is left out
  readonly nowMs: number; // the year is left out when it is this one's
  readonly locale?: string;
  readonly timeZone?: string; // default: the viewer's
}

/** A moment as exactly as its series' step asks for, in the viewer's locale and zone. */
export function formatMoment(ms: number, { stepMs, nowMs, locale, timeZone }: TimeStyle): string {
  const sameYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return dateFormat(locale, {
    ...(!sameYear && { year: 'numeric' }),
    ...{ month: 'short', day: 'numeric', timeZone },
    ...(stepMs < dayMs && { hour: '2-digit', minute: '2-digit' }),
    ...(stepMs < minuteMs && { second: '2-digit' }),
  }).format(ms);
}

const units = [
  [dayMs, 'day'],
  [hourMs, 'hour'],
  [minuteMs, 'minute'],
  [secondMs, 'second'],
] as const;

const agoUnits = [[365 * dayMs, 'year'], ...units] as const;

/** A duration in the largest unit it fills: `10 sec`, `1 hr`, `1.5 days`. */
export function formatDuration(ms: number, locale?: string): string {
  const [unitMs, unit] = units.find(([unitMs]) => ms >= unitMs) ?? [1, 'millisecond'];
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(ms / unitMs);
}

/** How long ago a moment was: `3 min. ago`; what is in the future by a clock's error is now. */
export function formatAgo(ms: number, nowMs: number, locale?: string): string {
  const agoMs = Math.max(0, nowMs - ms);
  const [unitMs, unit] = agoUnits.find(([unitMs]) => agoMs >= unitMs) ?? units[3];
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }).format(
    -Math.floor(agoMs / unitMs),
    unit,
  );
}
