const yearFirst = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\s*(.+))?$/i;
const yearLast = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]\s*(.+))?$/i;
const clock = /^(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?)?\s*([ap]m)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i;

/**
 * A column of times as epoch milliseconds; NaN for what is none. ISO 8601 and its like with a blank, `/` or `.`; day, month and year, or month,
 * day and year, whichever the column can be (both: what keeps it in order, else the day first); epoch seconds, milliseconds, microseconds or
 * nanoseconds. UTC where no zone is named.
 */
export function timesOf(cells: readonly string[]): Float64Array {
  const dayFirst = Float64Array.from(cells, (cell) => timeOf(cell, true));
  if (!cells.some((cell) => yearLast.test(cell))) return dayFirst;
  const monthFirst = Float64Array.from(cells, (cell) => timeOf(cell, false));
  return faults(monthFirst) < faults(dayFirst) ? monthFirst : dayFirst;
}

/** Epoch milliseconds of one cell, NaN for what is no time. */
export function timeOf(cell: string, dayFirst: boolean): number {
  if (isNumber(cell)) return epochOf(Number(cell));
  const iso = yearFirst.exec(cell);
  if (iso) return momentOf(Number(iso[1]), Number(iso[2]), Number(iso[3]), iso[4]);
  const [, first, second, year, rest] = yearLast.exec(cell) ?? [];
  if (year === undefined) return Number.NaN;
  const [day, month] = dayFirst ? [first, second] : [second, first];
  return momentOf(Number(year), Number(month), Number(day), rest);
}

/** Whether a cell is a time of the day, such as 17:24:00. */
export const isClock = (cell: string): boolean => !isNumber(cell) && clock.test(cell);

export const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell));

/** Times that are none, and times before the one before. */
const faults = (times: Float64Array): number =>
  times.reduce((sum, t, i) => sum + (Number.isNaN(t) || (i > 0 && t < times[i - 1]) ? 1 : 0), 0);

function epochOf(value: number): number {
  const size = Math.abs(value);
  return size < 1e11 ? value * 1000 : size < 1e14 ? value : size < 1e17 ? value / 1e3 : value / 1e6;
}

function momentOf(year: number, month: number, day: number, rest: string | undefined): number {
  const daysMs = Date.UTC(year, month - 1, day);
  const isDate = month >= 1 && month <= 12 && new Date(daysMs).getUTCDate() === day;
  if (!isDate) return Number.NaN;
  if (rest === undefined) return daysMs;
  const [, hours, minutes = '0', seconds = '0', fraction = '0', half, zone] = clock.exec(rest) ?? [];
  if (hours === undefined || Number(hours) > (half ? 12 : 24) || Number(minutes) > 59 || Number(seconds) > 60)
    return Number.NaN;
  const hour = half ? (Number(hours) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : Number(hours);
  const dayMs =
    (hour * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Math.round(1000 * Number(`0.${fraction}`));
  return daysMs + dayMs - zoneMs(zone);
}

function zoneMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '') ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
