const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The labels of a time axis in the viewer's locale: hours with the day where it begins, days with the year where it begins. */
export function axisTimes(times: readonly number[], spacingMs: number, locale?: string, timeZone?: string): string[] {
  const say = (options: Intl.DateTimeFormatOptions): ((time: number) => string) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone, ...options });
    return (time) => format.format(time);
  };
  const day = say({ month: 'short', day: 'numeric' });
  const year = say({ year: 'numeric' });
  const fine =
    spacingMs >= 28 * dayMs
      ? say({ month: 'short' })
      : spacingMs >= dayMs
        ? day
        : say({ hour: '2-digit', minute: '2-digit', ...(spacingMs < minuteMs && { second: '2-digit' }) });
  const coarse = spacingMs >= dayMs ? year : day;
  let previous: string | undefined;
  return times.map((time) => {
    const context = coarse(time);
    const isNew = context !== previous;
    previous = context;
    return isNew ? `${fine(time)}\n${context}` : fine(time);
  });
}
