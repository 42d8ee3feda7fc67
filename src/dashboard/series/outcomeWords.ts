import type { ForecastOutcome } from '../chart/forecastOutcome.js';
import { formatCount, formatValue } from '../formats/numbers.js';

/** How a forecast turned out, as a sentence. */
export function outcomeWords(
  { steps, come, within, meanError, persistenceError }: ForecastOutcome,
  decimals: number,
  locale?: string,
): string {
  const ahead = steps === 1 ? 'the next step' : `the next ${formatCount(steps, locale)} steps`;
  if (come === 0) return `${ahead}, none of which has come yet.`;
  const said = `mean error ${formatValue(meanError, decimals + 1, locale)}`;
  const beside =
    persistenceError === null ? '' : ` (the last value again: ${formatValue(persistenceError, decimals + 1, locale)})`;
  const count = come === steps ? 'all of which have come' : `${formatCount(come, locale)} of which have come`;
  return `${ahead}, ${count}: ${said}${beside}, ${formatCount(within, locale)} of ${formatCount(come, locale)} within the 80 % band.`;
}
