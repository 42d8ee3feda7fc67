import { parseDuration } from './duration.js';

const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * ISO 8601 (UTC where it names no zone), epoch milliseconds, relative (`-6h`: six hours before `nowMs`) or `now`, as epoch
 * milliseconds. Undefined for anything else.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs;
  if (/^\d{1,16}$/.test(text) && !/^\d{4}$/.test(text)) return Number(text);
  if (/^[+-]/.test(text)) {
    const ms = parseDuration(text.slice(1));
    return ms === undefined ? undefined : text.startsWith('-') ? nowMs - ms : nowMs + ms;
  }
  const match = iso.exec(text);
  if (!match) return undefined;
  const zoned = text.length > 10 && !match[1] ? `${text}Z` : text;
  const ms = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : ms;
}
