import type { ApiForecast } from '../../http/api.js';
import { h } from '../dom/h.js';
import { scrollTable } from '../dom/scrollTable.js';
import { formatValue } from '../formats/numbers.js';

/** One forecast in figures, beside what came. */
export function forecastTable(
  forecast: readonly ApiForecast[],
  decimals: number,
  moment: (ms: number) => string,
): HTMLElement {
  const rows = forecast.map(({ target_time, q10, q50, q90, actual }) => [
    moment(target_time),
    ...[q10, q50, q90, actual].map((value) => formatValue(value, decimals)),
    actual === null || q50 === null ? '' : formatValue(q50 - actual, decimals),
    inBand(q10, q90, actual),
  ]);
  return scrollTable(
    'The forecast in figures',
    ['For', '10 %', 'Median', '90 %', 'Came true', 'Error', 'In band'],
    rows,
  );
}

function inBand(low: number | null, high: number | null, actual: number | null): Node | string {
  if (low === null || high === null || actual === null) return '';
  return low <= actual && actual <= high ? h('span', { class: 'good' }, '✓ yes') : h('span', { class: 'bad' }, '✗ no');
}
