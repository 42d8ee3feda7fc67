const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?\s?(?:([Zz])|([+-])(\d\d):?(\d\d)?)?)?$/;
const integral = /^[+-]?\d+(?:\.\d+)?$/;
const largestMs = 8.64e15; // of a Date

const within = (ms: number): number | undefined => (Math.abs(ms) <= largestMs ? Math.round(ms) : undefined);

/**
 * Whole milliseconds of an epoch time whose unit is told by its size: below 1e11 seconds (until the year 5138),
 * below 1e14 milliseconds, below 1e17 microseconds, else nanoseconds.
 */
export const epochMs = (value: number): number | undefined => {
  const size = Math.abs(value);
  if (size < 1e11) return within(value * 1000);
  if (size < 1e14) return within(value);
  return within(size < 1e17 ? value / 1e3 : value / 1e6);
};

/** ISO 8601, UTC where it names no zone, so that the same payload means the same on every machine. */
export const isoMs = (text: string): number | undefined => {
  const parts = iso.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction, , sign, offsetHour, offsetMinute = '0'] =
    parts;
  const midnight = new Date(0);
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const east = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const seconds = (Number(hour) * 60 + Number(minute) - east) * 60 + Number(second);
  return within(midnight.getTime() + seconds * 1000 + (fraction ? Number(`0.${fraction}`) * 1000 : 0));
};

/** The time that a JSON value means: ISO 8601 text, or a number (or its text) since 1970. */
export const timeOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const text = value.trim();
  return integral.test(text) ? epochMs(Number(text)) : isoMs(text);
};
