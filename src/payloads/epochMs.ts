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
  const [, year, month, day, hour, minute, second, fraction, , sign, offsetHour, offsetMinute] = parts;
  const days = daysSince1970(Number(year), Number(month), Number(day));
  if (days === undefined || Number(hour ?? 0) > 24 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60)
    return undefined;
  const east = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute ?? 0)) * (sign === '-' ? -1 : 1);
  const seconds = ((days * 24 + Number(hour ?? 0)) * 60 + Number(minute ?? 0) - east) * 60 + Number(second ?? 0);
  return within(seconds * 1000 + (fraction ? Number(`0.${fraction}`) * 1000 : 0));
};

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Gregorian calendar, years counted from March; undefined for a day that is none. A Date object costs several times as much. */
const daysSince1970 = (year: number, month: number, day: number): number | undefined => {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day < 1 || day > (monthDays[month - 1] ?? 0) || (month === 2 && day === 29 && !leap)) return undefined;
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
};

/** The time that a JSON value means: ISO 8601 text, or a number (or its text) since 1970. */
export const timeOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const text = value.trim();
  return integral.test(text) ? epochMs(Number(text)) : isoMs(text);
};
